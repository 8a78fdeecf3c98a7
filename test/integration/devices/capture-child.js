// Records until it is killed: prints the process ids of what it starts, and `open` at the first frame.
import { openCapture, systemHost } from '../../../dist/devices/index.js';
import { SystemClock } from '../../../dist/runtime/index.js';

const [backend] = process.argv.slice(2);
const host = systemHost(process.env);
const spawn = (...args) => {
  const program = host.spawn(...args);
  process.stdout.write(`${program.pid}\n`);
  return program;
};
const opened = openCapture({
  backend,
  clock: new SystemClock(),
  host: { ...host, spawn },
  onFrame: () => {},
});
opened.then(
  () => process.stdout.write('open\n'),
  (error) => process.stdout.write(`${error.code}\n`),
);
setTimeout(() => {}, 1e6);
