//! What the operator adds to the terminology: the kept rows of a file, one row a file, replaced as a whole.

super::step!(
    "
CREATE TABLE terminology_source (
  source text PRIMARY KEY, content text NOT NULL, digest text NOT NULL, imported_at {time} NOT NULL)
"
);
