import type { Row } from '../row.js';
import { answerRows } from './answers.rows.js';
import { bodyRows } from './bodies.rows.js';
import { eventRows } from './events.rows.js';
import { handedOverRows } from './handed-over.rows.js';
import { identityRows } from './identity.rows.js';
import { rawBodyRows } from './raw-body.rows.js';
import { secretRows } from './secrets.rows.js';
import { surroundingRows } from './surroundings.rows.js';

/** Everything that was reported of webhooks elsewhere, and how it is here. */
export const rows: readonly Row[] = [
  ...identityRows,
  ...answerRows,
  ...bodyRows,
  ...rawBodyRows,
  ...secretRows,
  ...handedOverRows,
  ...eventRows,
  ...surroundingRows,
];
