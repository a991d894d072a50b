"""Who a person is to the house: segments, the conditions they are made of, their policies."""
