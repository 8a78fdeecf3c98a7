export { BrowserFace, type BrowserFaceEvents } from './browser-face.js';
export { type ConsoleSinkPorts, createConsoleSink } from './console-sink.js';
export { createSinks, type SinkPorts, type Sinks } from './create-sinks.js';
export type { Cue, ExpressionSink, Phase, ReplyPiece } from './cue.js';
export { type CueChoice, cueChoices } from './cue-choices.js';
export { EMOTIONS, type Emotion, emotionOf, faceOf } from './emotions.js';
export { type JoinPorts, joinSinks } from './join-sinks.js';
export { type MarkupOptions, MarkupScanner, type Stretch } from './markup-scanner.js';
export { createPeerSink, type PeerSink, type PeerSinkPorts } from './peer-sink.js';
export { PromptChoices } from './prompt-choices.js';
export { promptFor } from './prompt-for.js';
export { expressionSchema, readExpressionSettings } from './read-settings.js';
export { ReplyReader, type ReplyReaderOptions } from './reply-reader.js';
export type {
  ExpressionSettings,
  MessageAction,
  MorphAction,
  MotionAction,
  PeerAction,
  PeerCaptionSettings,
  PeerSinkSettings,
  TagSettings,
  VrchatSettings,
} from './settings.js';
export { createVrchatSink, type DatagramSender, type VrchatPorts } from './vrchat-sink.js';
