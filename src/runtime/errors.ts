/** What dies with an error decides its class; the code says what happened. README has the same table, a test keeps them equal. */
export const ERROR_CODES = {
  BRIDGE_ERR_CONFIG_INVALID:
    'A setting, flag, environment variable or config file has a value that is not allowed',
  BRIDGE_ERR_CONFIG_UNREADABLE: 'The config file could not be read or is not YAML/JSON',
  BRIDGE_ERR_CONFIG_LINK: 'A --link URL is not one of the supported forms',
  BRIDGE_ERR_MDF: 'The .mdf file could not be read, understood or written',
  BRIDGE_ERR_MESSAGE_TYPE:
    'A message type is empty, has characters that MMDAgent-EX cannot take, or is reserved',
  BRIDGE_ERR_MESSAGE_ARGUMENT:
    'A message argument is empty or holds a character that would forge or break a message',
  BRIDGE_ERR_MESSAGE_TOO_LONG:
    'A message would be longer than 1900 bytes, which MMDAgent-EX cannot take safely',
  BRIDGE_ERR_MESSAGE_FORBIDDEN: 'The message would end or wedge MMDAgent-EX',
  BRIDGE_ERR_SOUND_SIZE: 'A sound unit is empty, odd or larger than MMDAgent-EX takes',
  BRIDGE_ERR_PEER_PROTOCOL: 'MMDAgent-EX sent something that is not its protocol',
  BRIDGE_ERR_LINK_UNSUPPORTED: 'The link cannot carry this, for example sound over stdio',
  BRIDGE_ERR_LINK_LISTEN: 'The address to listen on is taken or not allowed',
  BRIDGE_ERR_LINK_DIAL: 'MMDAgent-EX could not be reached at the address',
  BRIDGE_ERR_LINK_LOST: 'The connection to MMDAgent-EX ended',
  BRIDGE_ERR_LANE_UNKNOWN: 'No avatar lane has this name, or several fit and none was named',
  BRIDGE_ERR_LANE_NOT_READY: 'No MMDAgent-EX with this model was ready in time',
  BRIDGE_ERR_LANE_BUSY: 'The avatar is already speaking and the request said not to wait',
  BRIDGE_ERR_QUEUE_FULL: 'A bounded queue is full and its policy is to refuse',
  BRIDGE_ERR_STREAM_UNKNOWN: 'No stream has this number, or it has ended',
  BRIDGE_ERR_STREAM_OVERRUN: 'A client sent more sound than the daemon said it would take',
  BRIDGE_ERR_CONTROL_PROTOCOL: 'A control frame is malformed, unknown or out of order',
  BRIDGE_ERR_CONTROL_VERSION: 'Client and daemon speak different versions of the control protocol',
  BRIDGE_ERR_CONTROL_AUTH: 'The key for the daemon is missing or wrong',
  BRIDGE_ERR_DAEMON_UNREACHABLE: 'No daemon answers at the address',
  BRIDGE_ERR_DAEMON_RUNNING: 'A daemon is already running there',
  BRIDGE_ERR_DAEMON_START: 'The daemon could not be started',
  BRIDGE_ERR_DAEMON_IN_USE: 'A real MMDAgent-EX is connected and would end with the daemon',
  BRIDGE_ERR_AUDIO_UNREADABLE: 'A sound file could not be opened or read',
  BRIDGE_ERR_AUDIO_FORMAT: 'A sound file is of a kind that is not supported, or is damaged beyond use',
  BRIDGE_ERR_AUDIO_EMPTY: 'A sound file holds no sound',
  BRIDGE_ERR_FILE_WRITE: 'A file could not be written',
  BRIDGE_ERR_DEVICE_TOOL:
    'No program that records or plays sound was found, or not the one that was asked for',
  BRIDGE_ERR_DEVICE_UNKNOWN: 'No sound device has this name or index, or there is none at all',
  BRIDGE_ERR_DEVICE_BUSY: 'Another program holds the sound device',
  BRIDGE_ERR_DEVICE_LOST: 'The sound device went away while in use',
  BRIDGE_ERR_DEVICE_STALLED: 'The sound device is open but gives or takes no sound',
  BRIDGE_ERR_DEVICE_SILENT: 'The microphone gives nothing but digital silence',
  BRIDGE_ERR_DEVICE_RATE: 'The sound device runs at another rate than it was asked for',
  BRIDGE_ERR_DEVICE_ENDED: 'The program that records or plays sound ended or was killed',
  BRIDGE_ERR_DEVICE_FLOOD: 'The program that records or plays sound writes errors without end',
  BRIDGE_ERR_DEVICE_FAILED: 'The program that records or plays sound reported an error',
  BRIDGE_ERR_CALIBRATION: 'What was played was not found in what was recorded',
  BRIDGE_ERR_TIMING_FILE: 'A file of phoneme timings could not be read or understood',
  BRIDGE_ERR_LIP_TABLE: 'A lip.txt could not be read or understood',
  BRIDGE_ERR_SESSION: 'A recorded session could not be read',
  BRIDGE_ERR_PATH_MAPPING:
    'A path cannot be given to MMDAgent-EX: it lies outside the shared folder or holds a forbidden character',
  BRIDGE_ERR_SPEECH_ENGINE: 'No speech engine has this name, or it is not set up',
  BRIDGE_ERR_SPEECH_KEY: "A speech engine's key is missing or was refused",
  BRIDGE_ERR_SPEECH_UNREACHABLE: 'A speech engine does not answer at its address',
  BRIDGE_ERR_SPEECH_PROGRAM: 'A program or package that speaks or hears on this machine is missing or failed',
  BRIDGE_ERR_SPEECH_REFUSED: 'A speech engine did not accept the request',
  BRIDGE_ERR_SPEECH_VOICE: 'A speech engine has no such voice',
  BRIDGE_ERR_SPEECH_BUSY: 'A speech engine refuses for now: too many requests, or its quota is used up',
  BRIDGE_ERR_SPEECH_FAILED: 'A speech engine failed, or answered with something that is not what it promises',
  BRIDGE_ERR_SPEECH_STALLED: 'A speech engine stopped answering in the middle',
  BRIDGE_ERR_SPEECH_TRUNCATED: "A speech engine's answer ended too early",
  BRIDGE_ERR_SPEECH_CAP: 'The limit set for the use of a speech engine is reached',
  BRIDGE_ERR_SPEECH_TEXT: 'There is nothing in the text that can be spoken, or it is too long',
  BRIDGE_ERR_LLM_ENGINE: 'No language model has this name in the settings, or it is not set up',
  BRIDGE_ERR_LLM_KEY: "A language model's key is missing or was refused",
  BRIDGE_ERR_LLM_UNREACHABLE: 'A language model does not answer at its address',
  BRIDGE_ERR_LLM_MODEL: 'The server has no such model, or nothing at this address',
  BRIDGE_ERR_LLM_REFUSED: 'A language model did not accept the request',
  BRIDGE_ERR_LLM_BUSY: 'A language model refuses for now: too many requests, or its quota is used up',
  BRIDGE_ERR_LLM_FAILED: 'A language model failed, or answered with something that is not what it promises',
  BRIDGE_ERR_LLM_STALLED: 'A language model stopped answering in the middle',
  BRIDGE_ERR_LLM_TRUNCATED: "A language model's answer ended too early",
  BRIDGE_ERR_LLM_FILTERED: 'A language model or its provider refused to answer because of the content',
  BRIDGE_ERR_TOOL_FAILED: 'A tool of the conversation failed, took too long or got wrong arguments',
  BRIDGE_ERR_TOOL_SERVER: 'An MCP server could not be started or reached, or broke its protocol',
  BRIDGE_ERR_VISION: 'No picture could be taken from the camera or screen, or it is too large',
  BRIDGE_ERR_MEMORY: 'The long-term memory could not be read, written or searched',
  BRIDGE_ERR_GUARDRAIL: 'A guardrail refused what was asked or answered',
  BRIDGE_ERR_VOICE_ACTIVITY: 'The detector of voice activity is missing or failed',
  BRIDGE_ERR_EXPRESSION: 'A control tag, emotion or expression sink is wrong or could not be reached',
  BRIDGE_ERR_KEPT: 'A kept conversation could not be read or written',
  BRIDGE_ERR_TURN_REFUSED: 'A turn was not taken: too many wait, or the conversation is closed',
  BRIDGE_ERR_ACCESS: 'The key is missing or wrong, or does not allow this',
  BRIDGE_ERR_RATE: 'Too many requests in a short time',
  BRIDGE_ERR_TLS: 'The certificate or its key could not be read, or do not fit together',
  BRIDGE_ERR_KEYS: 'The file of access keys could not be read or written',
  BRIDGE_ERR_TALK_UNKNOWN: 'No conversation of this caller has this name',
  BRIDGE_ERR_COMMENTS: 'A source of comments is not set up or failed, or what was sent is no comment',
  BRIDGE_ERR_SPEAK_FAILED: 'MMDAgent-EX did not play the file: wrong path, too long or no Plugin_Audio',
  BRIDGE_ERR_USAGE: 'The command line is not understood',
  BRIDGE_ERR_STATE: 'The call is not possible in this state (an error in the calling code)',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface BridgeErrorOptions {
  /** Whether the same call may succeed later without any change. @default false */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** Base of every error this product throws on purpose. Messages say what was expected, what came and what to do. */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Nothing starts; exit code 2. */
export class ConfigError extends BridgeError {}
/** The bytes broke a wire contract: the request, or this connection, ends. */
export class ProtocolError extends BridgeError {}
/** This connection ends, or never came to be. */
export class TransportError extends BridgeError {}
/** This sound device, or its program, is not usable now; links and everything else go on. */
export class DeviceError extends BridgeError {}
/** This request to a speech engine or model ends; `retryable` says whether it may succeed later, or with another engine. */
export class ProviderError extends BridgeError {
  /** The engine's name in the settings. */
  readonly provider: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** How long the provider asks to wait before the next try, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The vendor's name for the request, to ask them about it. */
  readonly requestId: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: BridgeErrorOptions & {
      readonly provider: string;
      readonly status?: number;
      readonly retryAfterMs?: number;
      readonly requestId?: string;
    },
  ) {
    super(code, message, options);
    this.provider = options.provider;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
  }
}
/** The request ends; the link and everything else go on. */
export class RequestError extends BridgeError {}
/** The caller is wrong: never caught, never retried. */
export class InvalidStateError extends BridgeError {
  constructor(message: string) {
    super('BRIDGE_ERR_STATE', message);
  }
}

/** True for the platform's cancellation error, which is never an error of ours. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends a switch over a union: a new member without a case does not compile. */
export function assertNever(value: never): never {
  throw new InvalidStateError(`Unexpected value ${JSON.stringify(value)}`);
}
