import { z } from 'zod';
import {
  createHttpSynthesizer,
  type HttpEngineOptions,
  type HttpEngineType,
  type HttpSpeechPorts,
  TTS_ENGINE_SCHEMAS,
} from '../../../src/speech/http/index.js';
import type { Synthesizer } from '../../../src/speech/index.js';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedServer } from './scripted-server.js';

/** What becomes of the request that is answered with sound. */
export type SoundFault =
  | 'whole'
  | 'silent'
  | 'headers'
  | 'half'
  | 'cut'
  | 'garbage'
  | 'empty'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

/** A vendor that runs, with one fault at a time. */
export interface RunningVendor {
  fault: SoundFault;
  /** Requests for sound so far. */
  readonly soundRequests: number;
  /** Clients that went away before the answer was whole. */
  readonly leftEarly: number;
  create(ports: HttpSpeechPorts, changes?: Readonly<Record<string, unknown>>): Synthesizer;
  close(): Promise<void>;
}

export interface HttpVendorScript {
  readonly type: HttpEngineType;
  /** Options as a user writes them. */
  readonly options: (url: string) => Readonly<Record<string, unknown>>;
  /** The answer with sound, or, for any other request, what it gets; undefined: 404. */
  readonly answer: (request: ScriptedRequest) => VendorAnswer | undefined;
  /** What "no sound" looks like. @default an empty body */
  readonly empty?: ScriptedAnswer;
}

export type VendorAnswer =
  | { readonly sound: ScriptedAnswer }
  | { readonly json: unknown; readonly status?: number };

export interface HttpVendor extends RunningVendor {
  readonly server: ScriptedServer;
  readonly requests: readonly ScriptedRequest[];
}

/** Options through their schema, as config does it. */
export function checkedOptions(
  type: HttpEngineType,
  options: Readonly<Record<string, unknown>>,
): HttpEngineOptions {
  return TTS_ENGINE_SCHEMAS[type].schema(z).parse({ type, ...options });
}

/** A vendor that speaks HTTP, by its script. */
export async function startHttpVendor(script: HttpVendorScript): Promise<HttpVendor> {
  const server = await ScriptedServer.start();
  let soundRequests = 0;
  const vendor = {
    fault: 'whole' as SoundFault,
    server,
    requests: server.requests,
    get soundRequests() {
      return soundRequests;
    },
    get leftEarly() {
      return server.leftEarly;
    },
    create: (ports: HttpSpeechPorts, changes: Readonly<Record<string, unknown>> = {}) =>
      createHttpSynthesizer(
        {
          name: 'the-engine',
          options: checkedOptions(script.type, { ...script.options(server.url), ...changes }),
        },
        ports,
      ),
    close: () => server.close(),
  };
  server.script = (request) => {
    const answer = script.answer(request);
    if (answer === undefined) return { status: 404, body: '{"detail":"Not Found"}' };
    if ('sound' in answer) {
      soundRequests++;
      return faulty(vendor.fault, answer.sound, script.empty ?? { ...answer.sound, body: '' });
    }
    return {
      status: answer.status ?? 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer.json),
    };
  };
  return vendor;
}

function faulty(fault: SoundFault, sound: ScriptedAnswer, empty: ScriptedAnswer): ScriptedAnswer {
  if (typeof fault !== 'string') return fault;
  switch (fault) {
    case 'garbage':
      return {
        headers: { 'content-type': 'text/html' },
        body: '<html><body>Welcome to the hotel network</body></html>',
      };
    case 'empty':
      return empty;
    default:
      return { ...sound, ending: fault };
  }
}
