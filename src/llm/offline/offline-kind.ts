import type { EngineKind } from '../../vendor/index.js';
import type { ChatModel } from '../chat-model.js';
import type { LlmPorts } from '../llm.js';
import { OfflineModel } from './offline-model.js';
import { type OfflineOptions, offlineShape } from './offline-options.js';

export const OFFLINE_KIND: EngineKind<LlmPorts, ChatModel> = {
  description: 'Built-in demonstration without a language model: needs no key, and says what it is',
  schema: offlineShape,
  create: (name: string, options: OfflineOptions, ports: LlmPorts) => new OfflineModel(name, options, ports),
};
