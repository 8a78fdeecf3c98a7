import { createThreadedPronouncer } from '../language/index.js';
import type { EngineKind, EngineKinds, EngineRow } from '../vendor/index.js';
import {
  createLocalSynthesizer,
  LOCAL_TTS_SCHEMAS,
  type LocalEngineOptions,
  MMDAGENT_VOICE_ROW,
  type MmdagentVoiceOptions,
} from './child/index.js';
import { createHttpSynthesizer, type HttpEngineOptions, TTS_ENGINE_SCHEMAS } from './http/index.js';
import { PeerOnlySynthesizer } from './peer-only-synthesizer.js';
import type { SpeechPorts } from './speech.js';
import type { Synthesizer } from './synthesizer.js';

/** Every kind of engine there is: those of this machine, then those behind a network. */
export const ENGINE_KINDS: EngineKinds<SpeechPorts, Synthesizer> = {
  ...kindsOf(LOCAL_TTS_SCHEMAS, (name, options: LocalEngineOptions, ports) =>
    createLocalSynthesizer({ name, options }, { ...ports, toKana: ports.toKana ?? kanaReader() }),
  ),
  ...kindsOf(TTS_ENGINE_SCHEMAS, (name, options: HttpEngineOptions, ports) =>
    createHttpSynthesizer({ name, options }, ports),
  ),
  mmdagent: {
    ...MMDAGENT_VOICE_ROW,
    create: (name, options: MmdagentVoiceOptions) => new PeerOnlySynthesizer(name, options),
  },
};

function kindsOf<O>(
  rows: Readonly<Record<string, EngineRow>>,
  create: (
    name: string,
    options: O,
    ports: SpeechPorts,
  ) => ReturnType<EngineKind<SpeechPorts, Synthesizer>['create']>,
): Record<string, EngineKind<SpeechPorts, Synthesizer>> {
  return Object.fromEntries(Object.entries(rows).map(([type, row]) => [type, { ...row, create }]));
}

/** Loads its dictionary when it is first asked. */
function kanaReader(): (text: string) => Promise<string> {
  const pronouncer = createThreadedPronouncer();
  return (text) => pronouncer.kanaOf(text);
}
