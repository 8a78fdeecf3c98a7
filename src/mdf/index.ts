export { checkMdf, type MdfFinding } from './check-mdf.js';
export { commandLine, MAX_ARGUMENT_BYTES } from './command-line.js';
export { type MdfFilePatch, patchMdfFile, readMdfFile, writeMdfFile } from './mdf-file.js';
export {
  DEFAULT_STDIO_COMMAND,
  type MdfOptions,
  type MdfSetting,
  mdfFor,
  mdfSettings,
  RETRY_COUNT,
} from './mdf-lines.js';
export { isUtf8, latin1AsUtf8, splitMdf } from './mdf-text.js';
export { activeSettings, type MdfChange, type MdfPatch, patchMdf } from './patch-mdf.js';
