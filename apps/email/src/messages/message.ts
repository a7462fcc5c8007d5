import { jsonObject, shape, text } from '@breakwater/faults';
import * as v from 'valibot';

/** The body of `POST /messages`. */
export const messageRequest = shape({
  to: v.pipe(v.string('must be an e-mail address'), v.email('must be an e-mail address')),
  template: text(100),
  data: jsonObject(),
});

export type MessageRequest = v.InferOutput<typeof messageRequest>;
