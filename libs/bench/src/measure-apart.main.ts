import { idOf } from './bench-case.js';
import { cases } from './cases.js';
import { measure } from './measure.js';

// One case in a process of its own: its id comes in, what it costs goes out as JSON.
const [, , id] = process.argv;
const subject = cases.find((each) => idOf(each) === id);
if (subject === undefined) throw new Error(`no case is called ${id}`);
const cost = JSON.stringify(await measure(subject));
// Timers of what was measured must not hold the process.
process.stdout.write(cost, () => process.exit());
