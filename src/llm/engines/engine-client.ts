import {
  type EngineFace,
  placeOf,
  VendorClient,
  type VendorPorts,
  type VendorRequest,
} from '../../vendor/index.js';
import { LLM_FAMILY } from './llm-family.js';

/** What every engine's options have. */
export interface EngineOptions {
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface EngineClientOptions extends Pick<EngineFace, 'name' | 'keyHelp' | 'reachHelp' | 'meaning'> {
  readonly options: EngineOptions;
  /** What must never come into a message. @default the key */
  readonly secrets?: readonly string[];
}

/** The client of one engine: its face is that of a language model at `baseUrl`. */
export function engineClient(engine: EngineClientOptions, ports: VendorPorts): VendorClient {
  const { options, secrets, ...face } = engine;
  const { baseUrl, apiKey, firstByteMs, idleMs } = options;
  return new VendorClient(
    {
      face: { ...face, family: LLM_FAMILY, place: placeOf(baseUrl) },
      firstByteMs,
      idleMs,
      secrets: secrets ?? (apiKey === undefined ? [] : [apiKey]),
    },
    ports,
  );
}

/** A request with a body of JSON. */
export function jsonPost(url: URL, headers: Readonly<Record<string, string>>, body: unknown): VendorRequest {
  return {
    url,
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** For `warmUp`: only warmth is wanted, and what is wrong will be told where somebody asks for an answer. */
export async function quietly(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => {});
}
