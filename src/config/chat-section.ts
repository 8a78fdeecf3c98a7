import type { Config } from './settings.js';
import { type SpeechSection, speechSection } from './speech-section.js';

/** What the settings say about conversations, in the form in which `openChat` takes it. */
export interface ChatSection {
  readonly llm: {
    readonly engines: Readonly<Record<string, unknown>>;
    readonly engine: string;
    readonly model: string | undefined;
  };
  readonly recognition: { readonly engines: Readonly<Record<string, unknown>>; readonly engine: string };
  readonly speech: SpeechSection;
  readonly systemPrompt: string | undefined;
  readonly systemPromptFile: string | undefined;
  readonly topology: Config['topology'];
  readonly lips: Config['lips'];
  readonly conversation: Readonly<Record<string, unknown>>;
  readonly expression: Readonly<Record<string, unknown>>;
  readonly tools: Readonly<Record<string, unknown>>;
  readonly keep: Readonly<Record<string, unknown>>;
}

/** @param env - names the user's folders; where it names none, nothing is kept between runs. */
export function chatSection(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): ChatSection {
  const { llmEngines, llmEngine, llmModel, sttEngines, sttEngine, systemPrompt, systemPromptFile } = config;
  const { topology, lips, conversation, expression, tools, keep } = config;
  return {
    llm: { engines: llmEngines, engine: llmEngine, model: llmModel },
    recognition: { engines: sttEngines, engine: sttEngine },
    speech: speechSection(config, env, platform),
    systemPrompt,
    systemPromptFile,
    topology,
    lips,
    conversation,
    expression,
    tools,
    keep,
  };
}
