export type { Chat, ChatParts } from './chat.js';
export { checkChat } from './check-chat.js';
export type { Topology } from './choose-topology.js';
export { type ChatPorts, type ChatSettings, openChat } from './open-chat.js';
export { openShared, type SharedChat } from './open-shared.js';
export type { OwnThinking } from './open-thinking.js';
export type { VoiceSettings } from './open-voice.js';
