export { anySignal, linkedSignal, orAborted, sharedAbort } from './abort.js';
export { CHARACTER_REFERENCE, characterOf } from './character-references.js';
export { type Clock, SystemClock, sleep, type Timer } from './clock.js';
export { editDistances, nextEditDistances } from './edit-distance.js';
export { Emitter, type EventMap } from './emitter.js';
export {
  assertNever,
  BridgeError,
  type BridgeErrorOptions,
  ConfigError,
  DeviceError,
  ERROR_CODES,
  type ErrorCode,
  errorText,
  InvalidStateError,
  isAbortError,
  ProtocolError,
  ProviderError,
  RequestError,
  TransportError,
} from './errors.js';
export { FakeClock } from './fake-clock.js';
export { type Logger, SILENT_LOGGER } from './logger.js';
export { matchesOf } from './matches.js';
export { nearestName } from './nearest.js';
export {
  isNoticeCode,
  NOTICES,
  type Notice,
  type NoticeCode,
  noticeText,
} from './notices.js';
export { once } from './once.js';
export { inOneLine } from './one-line.js';
export { type Random, seededRandom } from './random.js';
export { type SchemaFault, settingFault } from './setting-fault.js';
export { wellFormed } from './well-formed.js';
export { xmlText } from './xml-text.js';
