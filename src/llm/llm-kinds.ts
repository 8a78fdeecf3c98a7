import type { EngineFacts, EngineKinds } from '../vendor/index.js';
import type { ChatModel } from './chat-model.js';
import { LLM_KINDS } from './engines/index.js';
import type { LlmPorts } from './llm.js';
import { OFFLINE_KIND } from './offline/offline-kind.js';
import { REALTIME_FACTS, REALTIME_TYPE } from './realtime-options.js';

/** Every kind of model of text. The offline one is last: under `auto` others go before it. */
export const CHAT_KINDS: EngineKinds<LlmPorts, ChatModel> = { ...LLM_KINDS, offline: OFFLINE_KIND };

/** All that `type` can name in `llmEngines`. */
export const LLM_ENGINE_KINDS: Readonly<Record<string, EngineFacts>> = {
  ...CHAT_KINDS,
  [REALTIME_TYPE]: REALTIME_FACTS,
};

export interface LlmEngineFact {
  readonly type: string;
  readonly description: string;
  /** Environment variable of the key, if it takes one. */
  readonly keyEnv: string | undefined;
  readonly needsKey: boolean;
  /** Whether it is used by `openRealtime` in place of recognition, model and synthesis. */
  readonly isRealtime: boolean;
}

/** For tables of help and documents, in the order of the kinds. */
export const LLM_ENGINE_FACTS: readonly LlmEngineFact[] = Object.entries(LLM_ENGINE_KINDS).map(
  ([type, { description, keyEnv, needsKey = false }]) => ({
    type,
    description,
    keyEnv,
    needsKey,
    isRealtime: type === REALTIME_TYPE,
  }),
);
