/** Recorders and players are programs like others; this room and its users know them under these names. */
export {
  type ProgramAnswer,
  type ProgramHost as DeviceHost,
  type RunningProgram as SoundProgram,
  systemHost,
} from '../programs/index.js';
