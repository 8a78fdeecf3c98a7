import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSound, SoundRecorder } from '../../../src/audio/index.js';
import { collect, integers, wavFile } from '../../support/audio-fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'bridge-recorder-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ramp = (count: number): Uint8Array =>
  integers(
    Float64Array.from({ length: count }, (_, n) => (n % 2_000) - 1_000),
    2,
  );

describe('SoundRecorder', () => {
  it('writes a WAV with the true length that plays back bit for bit', async () => {
    const path = join(folder, 'a.wav');
    const recorder = await SoundRecorder.create(path);
    const pcm = ramp(16_000);
    for (let offset = 0; offset < pcm.byteLength; offset += 640) {
      expect(recorder.write(pcm.subarray(offset, offset + 640))).toBe(true);
    }
    await recorder.close();
    expect(Buffer.compare(readFileSync(path), wavFile(pcm))).toBe(0);
    expect(await collect((await openSound(path)).frames())).toEqual(pcm);
  });

  it('keeps what it was given, though the caller reuses the block', async () => {
    const path = join(folder, 'b.wav');
    const recorder = await SoundRecorder.create(path);
    const block = Uint8Array.of(1, 2, 3, 4);
    recorder.write(block);
    block.fill(0);
    await recorder.close();
    expect([...readFileSync(path).subarray(44)]).toEqual([1, 2, 3, 4]);
  });

  it('makes a valid empty file when closed at once, and closes once', async () => {
    const path = join(folder, 'c.wav');
    const recorder = await SoundRecorder.create(path);
    const closing = recorder.close();
    expect(recorder.close()).toBe(closing);
    await closing;
    expect(Buffer.compare(readFileSync(path), wavFile(new Uint8Array(0)))).toBe(0);
    expect(() => recorder.write(new Uint8Array(2))).toThrow(/closed/);
  });

  it('refuses a folder that is not there and a path that is a folder', async () => {
    for (const path of [join(folder, 'none', 'd.wav'), folder]) {
      await expect(SoundRecorder.create(path)).rejects.toMatchObject({ code: 'BRIDGE_ERR_FILE_WRITE' });
    }
  });

  it('drops the newest block when the buffer is full, counts it, and records the rest', async () => {
    const path = join(folder, 'e.wav');
    const recorder = await SoundRecorder.create(path, { maxBufferedBytes: 2_000 });
    expect([recorder.write(ramp(900)), recorder.write(ramp(900))]).toEqual([true, false]);
    expect(recorder.droppedSamples).toBe(900);
    await recorder.close();
    expect(readFileSync(path).byteLength).toBe(44 + 1_800);
  });

  it('refuses half samples', async () => {
    const recorder = await SoundRecorder.create(join(folder, 'f.wav'));
    expect(() => recorder.write(new Uint8Array(3))).toThrow(/two bytes/);
    await recorder.close();
  });

  it.skipIf(!existsSync('/dev/full'))('reports a full disk from close and never elsewhere', async () => {
    const recorder = await SoundRecorder.create('/dev/full');
    recorder.write(ramp(100));
    await expect(recorder.close()).rejects.toMatchObject({
      code: 'BRIDGE_ERR_FILE_WRITE',
      message: expect.stringMatching(/ENOSPC/),
    });
    expect(recorder.failure).toBeDefined();
  });

  it.skipIf(!existsSync('/dev/full'))('drops and counts after a failure', async () => {
    const recorder = await SoundRecorder.create('/dev/full');
    recorder.write(ramp(100));
    while (recorder.failure === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(recorder.write(ramp(50))).toBe(false);
    expect(recorder.droppedSamples).toBe(50);
    await expect(recorder.close()).rejects.toMatchObject({ code: 'BRIDGE_ERR_FILE_WRITE' });
  });
});
