import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHearing, DEFAULT_HEARING, HEARING_SCHEMA } from '../../../src/hearing/index.js';
import { openSilero } from '../../../src/hearing/silero.js';
import { fixturePath } from '../../support/audio-fixtures.js';

describe('HEARING_SCHEMA', () => {
  const schema = HEARING_SCHEMA(z);

  it('gives the defaults for an empty section', () => {
    expect(schema.parse({})).toEqual(DEFAULT_HEARING);
  });

  it('keeps what is given', () => {
    const given = { vad: 'level', thresholdDbfs: -40, pauseMs: { fixed: 500 }, halfDuplex: true };
    expect(schema.parse(given)).toEqual({
      ...DEFAULT_HEARING,
      ...given,
      pauseMs: { min: 300, max: 3000, fixed: 500 },
    });
  });

  it.each([
    [{ vad: 'webrct' }],
    [{ preRoll: 300 }],
    [{ pauseMs: { min: 900, max: 400 } }],
    [{ pauseMs: { shortest: 300 } }],
    [{ thresholdDbfs: 3 }],
    [{ maxUtteranceMs: 1000 }],
    [{ vad: 'silero' }],
    [{ interruptMs: '200' }],
  ])('refuses %j', (given) => {
    expect(schema.safeParse(given).success).toBe(false);
  });
});

describe('Silero', () => {
  const missing = (): Promise<unknown> =>
    Promise.reject(new Error("Cannot find package 'sherpa-onnx-node' imported from here"));
  const code = 'BRIDGE_ERR_VOICE_ACTIVITY';
  const folder = mkdtempSync(join(tmpdir(), 'silero-'));
  const model = join(folder, 'model.onnx');
  writeFileSync(model, new Uint8Array([0x08, 0x07, 0x12, 0x07]));
  afterAll(() => rmSync(folder, { recursive: true }));

  class FakeVad {
    static configs: unknown[] = [];
    isLoud = false;
    held = 0;
    constructor(config: unknown) {
      FakeVad.configs.push(config);
    }
    acceptWaveform(samples: Float32Array): void {
      this.isLoud = Math.abs(samples[0] ?? 0) > 0.1;
      this.held++;
    }
    isDetected(): boolean {
      return this.isLoud;
    }
    isEmpty(): boolean {
      return this.held === 0;
    }
    pop(): void {
      this.held--;
    }
    reset(): void {
      this.isLoud = false;
    }
  }

  it('says what to install where the package is missing', async () => {
    const opening = openSilero(model, missing);
    await expect(opening).rejects.toMatchObject({ code });
    await expect(opening).rejects.toThrow(/npm install sherpa-onnx-node/);
  });

  it('says which setting names the model where the file is missing', async () => {
    const opening = openSilero('/nowhere/silero.onnx', async () => ({ Vad: FakeVad }));
    await expect(opening).rejects.toMatchObject({ code });
    await expect(opening).rejects.toThrow(/conversation\.hearing\.sileroModel/);
  });

  it('never hands the native code, which would end the process, what is no model', async () => {
    const count = FakeVad.configs.length;
    const opening = openSilero(fixturePath('README.md'), async () => ({ Vad: FakeVad }));
    await expect(opening).rejects.toMatchObject({ code });
    await expect(opening).rejects.toThrow(/ONNX/);
    expect(FakeVad.configs).toHaveLength(count);
  });

  it('refuses a package that is another one, and no model at all', async () => {
    await expect(openSilero(model, async () => ({ default: {} }))).rejects.toMatchObject({ code });
    await expect(openSilero(undefined, async () => ({ Vad: FakeVad }))).rejects.toMatchObject({ code });
    await expect(createHearing({ settings: { vad: 'silero' } })).rejects.toMatchObject({ code });
  });

  it('asks window by window and keeps nothing in the package', async () => {
    const engine = await openSilero(model, async () => ({ default: { Vad: FakeVad } }));
    expect(engine.probability(new Float32Array(512))).toBe(0);
    expect(engine.probability(new Float32Array(512).fill(0.5))).toBe(1);
    expect(FakeVad.configs.at(-1)).toMatchObject({
      sileroVad: { model, windowSize: 512 },
      sampleRate: 16_000,
    });
    engine.close();
    expect(engine.probability(new Float32Array(512).fill(0.5))).toBe(0);
  });
});
