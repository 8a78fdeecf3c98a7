import { type Llm, OFFLINE_TYPE } from '../llm/index.js';
import { errorText } from '../runtime/index.js';
import type { Speech } from '../speech/index.js';

const HOW_TO_THINK =
  'For a real model set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or name a server such as Ollama under llmEngines in the config file';

/** Who thinks and why, and what does not work, for people. */
export function tellOfModel(llm: Pick<Llm, 'events'>, tell: (text: string) => void): void {
  llm.events.on('chosen', ({ engine, type, model, why }) =>
    tell(`${engine} (${model}) thinks: ${why}${type === OFFLINE_TYPE ? `. ${HOW_TO_THINK}` : ''}`),
  );
  llm.events.on('retried', ({ engine, error, delayMs }) =>
    tell(`${engine} is asked again in ${(delayMs / 1000).toFixed(1)} s: ${errorText(error)}`),
  );
  llm.events.on('fellBack', ({ from, to, error }) =>
    tell(`warning: ${from} failed, ${to} thinks instead: ${errorText(error)}`),
  );
  llm.events.on('warned', (text) => tell(`warning: ${text}`));
}

/** The same of who speaks. */
export function tellOfSpeech({ events }: Speech, tell: (text: string) => void): void {
  events.on('chosen', ({ engine, voice, why }) =>
    tell(`${engine}${voice === undefined ? '' : ` (${voice})`} speaks: ${why}`),
  );
  events.on('fellBack', ({ from, to, error }) =>
    tell(`warning: ${from} failed, ${to} speaks instead: ${errorText(error)}`),
  );
  events.on('warned', (text) => tell(`warning: ${text}`));
}
