import { open } from 'node:fs/promises';
import { DeviceError, errorText } from '../runtime/index.js';
import { PROBABILITY_WINDOW_SAMPLES, type VoiceProbability } from './voice-probability.js';

/** The part of `sherpa-onnx-node` that is used; the package has no types. */
interface SherpaVad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  pop(): void;
  reset(): void;
}

interface Sherpa {
  readonly Vad: new (config: unknown, bufferSeconds: number) => SherpaVad;
}

const PACKAGE = 'sherpa-onnx-node';
/** One window each way: beginning, end and length of an utterance are decided here, not there. */
const SHORTEST_SECONDS = PROBABILITY_WINDOW_SAMPLES / 16_000;
/** It keeps what it takes for speech; nobody reads that, so it must be cut off before its memory is full. */
const LONGEST_SECONDS = 10;
const BUFFER_SECONDS = 30;
const THRESHOLD = 0.5;
const CHECK_SETTING = 'Check conversation.hearing.sileroModel';

/** Loads a package by name; injected for tests. */
export type LoadPackage = (name: string) => Promise<unknown>;

/**
 * Silero VAD through `sherpa-onnx-node`, which the user installs, with a model file that the user supplies (tried: v4, v5, v6). It tells yes
 * or no, not how likely: 1 or 0.
 *
 * @throws {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY - package or model are missing or do not fit.
 */
export async function openSilero(
  modelPath: string | undefined,
  load: LoadPackage = (name) => import(name),
): Promise<VoiceProbability> {
  if (modelPath === undefined)
    throw fault(
      'a model file in conversation.hearing.sileroModel, got none. Give the path of silero_vad.onnx',
    );
  const sherpa = await loadSherpa(load);
  await checkModel(modelPath);
  try {
    return new Silero(new sherpa.Vad(configOf(modelPath), BUFFER_SECONDS));
  } catch (error) {
    throw fault(`a Silero model for ${PACKAGE}, got ${errorText(error)}. ${CHECK_SETTING}`, error);
  }
}

async function loadSherpa(load: LoadPackage): Promise<Sherpa> {
  const advice = `Run "npm install ${PACKAGE}" where mmdagent-bridge is installed, or set conversation.hearing.vad to webrtc`;
  const loaded = await load(PACKAGE).catch((error: unknown) => {
    throw fault(`the package ${PACKAGE}, got ${errorText(error)}. ${advice}`, error);
  });
  const sherpa = [loaded, (loaded as { readonly default?: unknown }).default].find(isSherpa);
  if (sherpa === undefined) throw fault(`${PACKAGE} with a class Vad, got another version. ${advice}`);
  return sherpa;
}

/**
 * The native code ends the whole process when it cannot read the file: what is not there, a page that says so, or a pointer of Git LFS
 * must not get that far. An ONNX file begins with field 1, its version: a small number.
 */
async function checkModel(path: string): Promise<void> {
  const head = await readHead(path).catch((error: unknown) => {
    throw fault(`a readable model file, got ${errorText(error)}. ${CHECK_SETTING}`, error);
  });
  const [field = 0, version = 0] = head;
  if (field !== 0x08 || version === 0 || version > 0x20)
    throw fault(`an ONNX model in ${path}, got another kind of file. ${CHECK_SETTING}`);
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isSherpa(value: unknown): value is Sherpa {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Sherpa>).Vad === 'function';
}

function configOf(model: string): unknown {
  return {
    sileroVad: {
      model,
      threshold: THRESHOLD,
      minSilenceDuration: SHORTEST_SECONDS,
      minSpeechDuration: SHORTEST_SECONDS,
      maxSpeechDuration: LONGEST_SECONDS,
      windowSize: PROBABILITY_WINDOW_SAMPLES,
    },
    sampleRate: 16_000,
    numThreads: 1,
    provider: 'cpu',
    debug: 0,
  };
}

class Silero implements VoiceProbability {
  #vad: SherpaVad | undefined;

  constructor(vad: SherpaVad) {
    this.#vad = vad;
  }

  probability(window: Float32Array): number {
    const vad = this.#vad;
    if (vad === undefined) return 0;
    vad.acceptWaveform(window);
    while (!vad.isEmpty()) vad.pop();
    return vad.isDetected() ? 1 : 0;
  }

  reset(): void {
    this.#vad?.reset();
  }

  close(): void {
    // The package frees it with the last reference.
    this.#vad = undefined;
  }
}

function fault(what: string, cause?: unknown): DeviceError {
  return new DeviceError('BRIDGE_ERR_VOICE_ACTIVITY', `Expected ${what}.`, { cause });
}
