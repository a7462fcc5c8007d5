import { Agent, get } from 'node:http';

// A caller in a process of its own, which the work that is measured does not hold up: a request every few milliseconds
// whether or not the ones before are answered, from 'start' to 'stop'.

const EVERY_MS = 4;

const [, , port] = process.argv;
const agent = new Agent({ keepAlive: true });
let times: number[] = [];
let asked = 0;
let timer: NodeJS.Timeout | undefined;
let isOver = false;

process.on('message', (told: 'start' | 'stop') => {
  if (told === 'start') {
    times = [];
    asked = 0;
    isOver = false;
    timer = setInterval(ask, EVERY_MS);
  } else {
    clearInterval(timer);
    isOver = true;
    answerOnceOver();
  }
});
process.on('disconnect', () => process.exit());

function ask(): void {
  asked++;
  const since = performance.now();
  get({ port, host: '127.0.0.1', path: '/order', agent }, (answer) => {
    answer.resume();
    answer.on('end', () => {
      times.push(performance.now() - since);
      answerOnceOver();
    });
  });
}

function answerOnceOver(): void {
  if (isOver && times.length === asked) process.send!(times);
}
