"""The rules of telephone calls: what hooks amount to, where menus lead, who may be dialled."""
