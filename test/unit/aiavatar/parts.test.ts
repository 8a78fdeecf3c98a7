import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMicrophoneFrame, readSpokenBase64, readSpokenSound } from '../../../src/aiavatar/audio-input.js';
import { chunksOf, soundChunks } from '../../../src/aiavatar/chunk.js';
import { jsonLine } from '../../../src/aiavatar/json-line.js';
import { readReplyWish } from '../../../src/aiavatar/reply-audio.js';
import { readAvatarRequest } from '../../../src/aiavatar/request.js';
import { toolCall } from '../../../src/aiavatar/tool-call.js';
import { tuningOf } from '../../../src/aiavatar/tuning.js';
import { wavFile } from '../../../src/aiavatar/wav-file.js';
import type { SessionPiece } from '../../../src/sessions/index.js';

const IDS = { sessionId: 's', userId: 'u', contextId: 'c' };

function piece(fields: Partial<SessionPiece>): SessionPiece {
  const pcm = new Uint8Array(480).fill(3);
  const span = { startMs: 0, endMs: 10 };
  return { turn: 1, index: 0, raw: 'Hi.', text: 'Hi.', cues: [], language: 'en', span, pcm, ...fields };
}

function cue(name: string, value: string, durationMs?: number): SessionPiece['cues'][number] {
  return { name, value, durationMs, attributes: {} };
}

const CHUNK = { ids: IDS, sampleRateHz: 24_000, isFirst: true, language: undefined };

describe('sound of a client', () => {
  it('is read from base64 as it was, for whatever samples', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const whole = bytes.subarray(0, bytes.byteLength & ~1);
        const base64 = Buffer.from(whole).toString('base64');
        expect([...readMicrophoneFrame(base64)]).toEqual([...whole]);
        expect([...readMicrophoneFrame(base64.replace(/=+$/, ''))]).toEqual([...whole]);
      }),
    );
  });

  it.each(['#', 'AAA*', 'A', 'AA==', 'AAAA AAAA!'])(
    'is refused where %j is no base64 of whole samples',
    (base64) => {
      expect(() => readMicrophoneFrame(base64)).toThrow('whole samples');
    },
  );

  it('is unpacked where it is a file, and taken as it is where it is bare', async () => {
    const pcm = new Uint8Array(3200).map((_, index) => (index % 2 === 0 ? index & 0xff : 2));
    expect(Buffer.from(await readSpokenSound(wavFile(pcm, 16_000))).equals(pcm)).toBe(true);
    expect(await readSpokenSound(pcm)).toBe(pcm);
    expect((await readSpokenSound(wavFile(pcm, 48_000))).byteLength).toBeLessThan(1200);
  });

  it('is refused beyond two minutes, bare or unpacked, before all of it is unpacked', async () => {
    const long = new Uint8Array(120_000 * 32 + 2);
    await expect(readSpokenSound(long)).rejects.toThrow('at most 120 s');
    await expect(readSpokenSound(wavFile(new Uint8Array(8_000 * 2 * 121), 8_000))).rejects.toThrow(
      'at most 120 s',
    );
  });

  it('is refused where a file is damaged or nothing came', async () => {
    await expect(readSpokenSound(Buffer.from('RIFFxxxxWAVEnonsense'))).rejects.toThrow();
    expect(() => readSpokenBase64('')).toThrow('WAV');
  });
});

describe('a piece of a reply', () => {
  it('is one chunk with its sound as a WAV file', () => {
    const [chunk, ...more] = chunksOf(piece({}), { ...CHUNK, audio: { kind: 'wav' } });
    expect(more).toEqual([]);
    expect(chunk?.audio_data?.startsWith('UklGR')).toBe(true);
    expect(Buffer.from(chunk?.audio_data ?? '', 'base64').byteLength).toBe(44 + 480);
    expect(chunk?.metadata).toEqual({ is_first_chunk: true, is_guardrail_triggered: false });
  });

  it('is one chunk with words and as many with sound as there are parts, in PCM', () => {
    const chunks = chunksOf(piece({}), { ...CHUNK, audio: { kind: 'pcm', partBytes: 320 } });
    const format = { sample_rate: 24_000, channels: 1, sample_width: 2 };
    expect(chunks.map(({ audio_data: data }) => Buffer.from(data ?? '', 'base64').byteLength)).toEqual([
      0, 320, 160,
    ]);
    expect(chunks.map(({ text }) => text)).toEqual(['Hi.', null, null]);
    for (const { metadata } of chunks) expect(metadata).toMatchObject({ pcm_format: format });
  });

  it('does not have its sound put together for those who want none', () => {
    const silent = piece({});
    Object.defineProperty(silent, 'pcm', {
      get: () => {
        throw new Error('read');
      },
    });
    expect(chunksOf(silent, { ...CHUNK, audio: { kind: 'none' } })[0]?.audio_data).toBeNull();
  });

  it('tells faces, animations and tags as AIAvatarKit names them, seconds for milliseconds', () => {
    const cues = [
      cue('face', 'joy'),
      cue('animation', 'wave', 1500),
      cue('vision', 'camera'),
      cue('lang', 'en-US'),
    ];
    const [chunk] = chunksOf(piece({ cues }), { ...CHUNK, language: 'en-US', audio: { kind: 'none' } });
    expect(chunk?.avatar_control_request).toEqual({
      face_name: 'joy',
      face_duration: 4,
      animation_name: 'wave',
      animation_duration: 1.5,
    });
    expect(chunk?.control_tags).toEqual([
      { name: 'face', attributes: { name: 'joy' } },
      { name: 'animation', attributes: { name: 'wave' } },
      { name: 'vision', attributes: { source: 'camera' } },
    ]);
    expect(chunk?.language).toBe('en-US');
  });

  it('goes on as sound alone, and as nothing where there is none', () => {
    const [again] = soundChunks(new Uint8Array(10), {
      ids: IDS,
      sampleRateHz: 24_000,
      audio: { kind: 'wav' },
    });
    expect(again).toMatchObject({ type: 'chunk', text: '', voice_text: '' });
    expect(soundChunks(undefined, { ids: IDS, sampleRateHz: 24_000, audio: { kind: 'wav' } })).toEqual([]);
  });
});

describe('how a client wants its replies', () => {
  const read = (query: string, body: object = {}, userAgent?: string): ReturnType<typeof readReplyWish> =>
    readReplyWish({
      query: new URLSearchParams(query),
      request: readAvatarRequest({ type: 'start', ...body }),
      userAgent,
    });

  it('is a WAV file with each piece unless it says otherwise', () => {
    expect(read('')).toEqual({ audio: { kind: 'wav' }, voice: 'client', lane: undefined });
  });

  it('is told by the address, else by metadata, else by a key of the request', () => {
    expect(read('audio=none')).toMatchObject({ audio: { kind: 'none' }, voice: 'nobody' });
    expect(read('', { metadata: { audio: 'none' } }).audio.kind).toBe('none');
    expect(read('', { audio: 'none' }).audio.kind).toBe('none');
    expect(read('audio=wav', { audio: 'none' }).audio.kind).toBe('wav');
    expect(read('response_audio_chunk_size=1001').audio).toEqual({ kind: 'pcm', partBytes: 1000 });
    expect(read('', { metadata: { response_audio_chunk_size: 0 } }).audio.kind).toBe('wav');
    expect(read('audio=pcm').audio).toEqual({ kind: 'pcm', partBytes: 4096 });
  });

  it('is the avatar of the bridge where it asks for it: the client then plays nothing', () => {
    expect(read('voice=avatar&lane=gene')).toEqual({
      audio: { kind: 'none' },
      voice: 'avatar',
      lane: 'gene',
    });
  });

  it('has no sound for ChatdollKit, which speaks with its own voice, unless it asks for it', () => {
    const unity = 'UnityPlayer/2022.3.4f1 (UnityWebRequest/1.0, libcurl/7.84.0-DEV)';
    expect(read('', {}, unity)).toMatchObject({ audio: { kind: 'none' }, voice: 'nobody' });
    expect(read('audio=wav', {}, unity).audio.kind).toBe('wav');
  });

  it.each(['audio=mp3', 'voice=me', 'response_audio_chunk_size=1', 'response_audio_chunk_size=x'])(
    'is refused as %s',
    (query) => {
      expect(() => read(query)).toThrow(/^Expected /);
    },
  );
});

describe('other parts', () => {
  it('JSON of an event has no character that any reader takes for the end of a line', () => {
    const words = { text: 'a\u0085b\u2028c\u2029d\ne\rf\u000bg' };
    const line = jsonLine(words);
    expect(line).not.toMatch(/[\u0000-\u001f\u0085\u2028\u2029]/);
    expect(JSON.parse(line)).toEqual(words);
  });

  it('settings of a session are those of config, and nothing else', () => {
    expect(tuningOf({})).toBeUndefined();
    expect(tuningOf({ username: 'x' })).toBeUndefined();
    expect(tuningOf({ barge_in_enabled: false })).toEqual({ bargeIn: false });
    expect(tuningOf({ volume_db_threshold: -40 })).toEqual({ thresholdDbfs: -40 });
    expect(tuningOf({ volume_db_threshold: null })).toEqual({ thresholdDbfs: undefined });
    for (const wrong of [{ volume_db_threshold: 5 }, { volume_db_threshold: '-40' }, { barge_in_enabled: 1 }])
      expect(() => tuningOf(wrong)).toThrow(/^Expected /);
  });

  it('news of a tool have a result only when there is one', () => {
    const news = { turn: 1, callId: 'x', name: 'look', argumentsJson: '{}', isError: false } as const;
    expect(toolCall({ ...news, stage: 'called', value: undefined }).metadata).toEqual({
      tool_call: { id: 'x', name: 'look', arguments: '{}' },
    });
    expect(toolCall({ ...news, stage: 'result', value: 'sunny' }).metadata).toEqual({
      tool_call: {
        id: 'x',
        name: 'look',
        arguments: '{}',
        result: { data: { result: 'sunny' }, is_final: true },
      },
    });
    expect(toolCall({ ...news, stage: 'progress', value: { at: 1 } }).metadata).toMatchObject({
      tool_call: { result: { data: { at: 1 }, is_final: false } },
    });
  });
});
