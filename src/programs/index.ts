export { killInOrder } from './kill-in-order.js';
export { NeverStarted } from './never-started.js';
export {
  type ProgramAnswer,
  type ProgramHost,
  type RunningProgram,
  type SpawnOptions,
  systemHost,
} from './program-host.js';
export { ESCAPES, StderrTail } from './stderr-tail.js';
export { guardLife, type ProgramCall, spawnTied } from './tied-life.js';
