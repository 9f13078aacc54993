//! What lets people and programs in: when and from where sessions are used, API keys, invitations of colleagues, identity
//! providers with the mail domains they speak for, and sign-ins that are under way at one. Who was removed from an
//! organisation is remembered, or the identity provider would bring him or her back.

super::step!(
    "
ALTER TABLE session ADD COLUMN last_seen_at {time};
ALTER TABLE session ADD COLUMN network text;
ALTER TABLE session ADD COLUMN program text;
CREATE INDEX session_person ON session (person_id, id);
CREATE TABLE api_key (
  id {uuid} PRIMARY KEY, token_hash text NOT NULL UNIQUE,
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), person_id {uuid} NOT NULL REFERENCES person (id),
  name text NOT NULL, hint text NOT NULL, scopes {json} NOT NULL, created_at {time} NOT NULL,
  expires_at {time} NOT NULL, revoked_at {time}, last_used_at {time});
CREATE INDEX api_key_organisation ON api_key (organisation_id, id);
CREATE TABLE colleague_invitation (
  id {uuid} PRIMARY KEY, token_hash text NOT NULL UNIQUE,
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), email text NOT NULL, name text NOT NULL,
  role text NOT NULL, language text NOT NULL, invited_by {uuid} NOT NULL REFERENCES person (id), state text NOT NULL,
  created_at {time} NOT NULL, expires_at {time} NOT NULL, answered_at {time});
CREATE INDEX colleague_invitation_organisation ON colleague_invitation (organisation_id, id);
CREATE UNIQUE INDEX colleague_invitation_pending ON colleague_invitation (organisation_id, email)
  WHERE state = 'pending';
CREATE TABLE former_member (
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), person_id {uuid} NOT NULL REFERENCES person (id),
  removed_at {time} NOT NULL, PRIMARY KEY (organisation_id, person_id));
CREATE TABLE identity_provider (
  organisation_id {uuid} PRIMARY KEY REFERENCES organisation (id), issuer text NOT NULL, client_id text NOT NULL,
  client_secret text, default_role text NOT NULL, accepts_tokens boolean NOT NULL, version integer NOT NULL,
  updated_at {time} NOT NULL);
CREATE INDEX identity_provider_issuer ON identity_provider (issuer);
CREATE TABLE mail_domain (
  id {uuid} PRIMARY KEY, organisation_id {uuid} NOT NULL REFERENCES organisation (id), domain text NOT NULL,
  state text NOT NULL, claimed_at {time} NOT NULL, decided_at {time}, decided_by {uuid} REFERENCES person (id),
  UNIQUE (organisation_id, domain));
CREATE UNIQUE INDEX mail_domain_approved ON mail_domain (domain) WHERE state = 'approved';
CREATE TABLE provider_sign_in (
  id {uuid} PRIMARY KEY, state_hash text NOT NULL UNIQUE, browser_hash text NOT NULL,
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), created_at {time} NOT NULL,
  expires_at {time} NOT NULL, used_at {time});
CREATE INDEX provider_sign_in_expires ON provider_sign_in (expires_at)
"
);
