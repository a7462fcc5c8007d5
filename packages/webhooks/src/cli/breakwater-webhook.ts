#!/usr/bin/env node
import { runCommand } from './run-command.js';

void runCommand(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  environment: process.env,
}).then((code) => {
  process.exitCode = code;
  return code;
});
