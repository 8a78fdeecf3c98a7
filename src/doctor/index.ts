export { type BundleOptions, supportBundle } from './bundle.js';
export type { Check } from './check.js';
export type { DaemonView, DoctorContext, DoctorOptions, DoctorSound } from './context.js';
export { daemonView } from './daemon-view.js';
export { type DoctorFiles, type FileStatus, SYSTEM_FILES } from './files.js';
export {
  FINDING_AREAS,
  type Finding,
  type FindingArea,
  type FindingLevel,
  type FindingText,
  type Language,
} from './finding.js';
export { findingText } from './finding-text.js';
export { runDoctor } from './run-doctor.js';
export { type SystemSoundOptions, systemSound } from './system-sound.js';
