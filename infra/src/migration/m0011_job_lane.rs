//! Jobs wait in lanes, so that a mail is not behind a long one. What the version before posts meanwhile waits with the
//! matches, where any job is done; of those that are done already nobody asks for the lane.

super::step!(
    "
ALTER TABLE outbox ADD COLUMN lane text NOT NULL DEFAULT 'match';
UPDATE outbox SET lane = job->>'job' WHERE state = 'pending' AND job->>'job' IN ('mail', 'arrange');
CREATE INDEX outbox_lane ON outbox (lane, state, due_at)
"
);
