-- migrate:up
-- How surely a caller's number is his, as the carriers say (STIR/SHAKEN).
ALTER TABLE call ADD attestation text CONSTRAINT call_attestation_is_known
  CHECK (attestation IN ('full', 'partial', 'gateway', 'failed'));
