//! Epochs of the text model: how rare each word is, frozen, so that all replicas give the same score.

super::step!(
    "
CREATE TABLE text_model (version integer PRIMARY KEY, model {json} NOT NULL, created_at {time} NOT NULL)
"
);
