export { Ending } from './ending.js';
export {
  type EngineEntry,
  type EngineFacts,
  type EngineKind,
  type EngineKinds,
  hint,
  readEngines,
} from './engine-book.js';
export { isAtVendor, withEnvironment } from './engine-environment.js';
export {
  addressShape,
  type EngineRow,
  FIRST_BYTE_MS,
  IDLE_MS,
  isVendors,
  joinUrl,
  keyHelp,
  keyShape,
  placeOf,
  urlShape,
  waitShape,
  type Zod,
} from './engine-options.js';
export { Exchange, type ExchangeOptions } from './exchange.js';
export { atPointer, type Fields, fieldsIn, finiteOf, fromBase64, isFields, textOf } from './json-fields.js';
export { JsonObjects } from './json-stream.js';
export { answerOf, type OpenAiClientOptions, openAiPackage } from './openai-package.js';
export { MAX_JSON_BYTES, type VendorPorts } from './ports.js';
export {
  type EngineFace,
  type FaultFamily,
  failedFault,
  requireKey,
  retryAfterMs,
  type StatusMeaning,
  stalledFault,
  statusFault,
  tooMuchFault,
  truncatedFault,
  unreachableFault,
} from './provider-fault.js';
export { isSecretName, parsed, Redaction, secretsIn, vendorWords } from './redaction.js';
export { type ServerEvent, serverEvents } from './server-events.js';
export { type SocketEnd, SocketExchange, type SocketMessage } from './socket-exchange.js';
export { AZURE_HOSTS, azureHost, OPENAI_BASE_URL, OPENAI_HOSTS } from './vendor-addresses.js';
export {
  type CallContext,
  VendorClient,
  type VendorClientOptions,
  type VendorRequest,
} from './vendor-client.js';
