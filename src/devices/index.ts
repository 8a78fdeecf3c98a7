export {
  type CalibratedOutput,
  CalibrationStore,
  MAX_OFFSET_MS,
  type OutputCalibration,
} from './calibration-store.js';
export {
  CAPTURE_FRAME_BYTES,
  type Capture,
  type CaptureEvents,
  type CaptureState,
  type FrameSink,
  type OpenCaptureOptions,
} from './capture.js';
export { openCapture } from './capture-open.js';
export { chooseDevice, deviceNames } from './choose-device.js';
export type { Device, DeviceList } from './device.js';
export { type DeviceHost, type ProgramAnswer, type SoundProgram, systemHost } from './host.js';
export { autoInput, listInputs } from './input-list.js';
export { type MeasureOptions, measureOutputOffset, type OutputOffset } from './measure-output.js';
export { type OpenedOutput, openPlayback, type PlaybackOptions } from './open-playback.js';
export { autoOutput, listOutputs, outputMeant } from './output-list.js';
export type { Playback, PlaybackEvents } from './playback.js';
