/**
 * mmdagent-bridge as a library: speak through MMDAgent-EX from a program.
 *
 * ```ts
 * const bridge = await connect();
 * const speech = await bridge.play('hello.wav');
 * await speech.ended;
 * await bridge.close();
 * ```
 *
 * @packageDocumentation
 */
export {
  type RawEncoding,
  type RawFormat,
  type SoundInput,
  VoiceFeed,
  type VoiceFeedOptions,
  type VoiceGateRule,
  type VoiceMeter,
} from './audio/index.js';
export type { Chat } from './chat/index.js';
export type { ClientEvents, SpeechEnd, SpeechEvents, SpeechHandle } from './client/index.js';
export type {
  DaemonStatus,
  Events,
  LaneStatus,
  LinkStatus,
  OpenParams,
  SendParams,
  TieParams,
  Topic,
} from './control/index.js';
export {
  type Capture,
  type Device,
  type DeviceHost,
  type DeviceList,
  listInputs,
  listOutputs,
  type OpenCaptureOptions,
  openCapture,
  openPlayback,
  type Playback,
  type PlaybackOptions,
  systemHost,
} from './devices/index.js';
export type {
  Conversation,
  ConversationEvents,
  ConversationHooks,
  History,
  Question,
  RequestChange,
  Stage,
  TurnChunk,
  TurnEnd,
  TurnEvents,
  TurnFacts,
  TurnHandle,
} from './dialogue/index.js';
export type { Cue, ExpressionSink, Phase } from './expression/index.js';
export {
  Bridge,
  type ConnectOptions,
  connect,
  type Lips,
  type LipsOptions,
  Microphone,
  type MicrophoneOptions,
  type PlayOptions,
  type SayOptions,
  type Speech,
  type SpokenOptions,
  Talk,
  type TalkOptions,
} from './library/index.js';
export {
  type AlignableWord,
  type AlignedWord,
  type Alignment,
  alignWords,
  type LipEstimator,
  type LipsDriver,
  LipTable,
  Posteriors,
  parseLipTable,
  readPhonemeList,
  readTimings,
  SoundMouth,
  type SoundMouthOptions,
  type SoundTimeline,
  TextMouth,
  type TextMouthOptions,
  type TimedPhoneme,
} from './lipsync/index.js';
export type { ChatMessage, ChatModel, ChatPart, ChatRequest, LlmSettings } from './llm/index.js';
export {
  BridgeError,
  type Clock,
  ConfigError,
  DeviceError,
  type ErrorCode,
  type Logger,
  ProtocolError,
  RequestError,
  SystemClock,
  TransportError,
} from './runtime/index.js';
export type { LipsChoice } from './speaking/index.js';
export type {
  RecognitionPart,
  RecognitionRequest,
  Recognizer,
  SpeechPart,
  SpeechRequest,
  SpeechSettings,
  SpokenPhoneme,
  Synthesizer,
  TimedText,
  Voice,
} from './speech/index.js';
export {
  type GetDynamicTools,
  type GetImageUrl,
  type Guard,
  type GuardVerdict,
  type LongTermMemory,
  type Tool,
  type ToolContext,
  type ToolOutcome,
  type TurnMetadata,
  tool,
} from './tools/index.js';
