import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAvatarRequest } from '../../../src/aiavatar/request.js';
import { avatarResponse } from '../../../src/aiavatar/response.js';

interface Line {
  readonly from: 'client' | 'server';
  readonly frame?: Readonly<Record<string, unknown>>;
  readonly frames?: number;
  readonly of?: string;
}

const FOLDER = new URL('../../../fixtures/aiavatar/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
const KEYS = Object.keys(
  avatarResponse('final', { sessionId: undefined, userId: undefined, contextId: undefined }),
);
const ENDS = ['final', 'error', 'cancelled'];

function linesOf(name: string): Line[] {
  return readFileSync(new URL(name, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What the server sent, without connections and statuses. */
function responsesOf(lines: readonly Line[]): Readonly<Record<string, unknown>>[] {
  return lines.flatMap(({ from, frame }) => (from === 'server' && frame?.['session_id'] ? [frame] : []));
}

/** Each type once for as long as it repeats. */
function gist(lines: readonly Line[]): string {
  const types = responsesOf(lines).map(({ type, metadata }) =>
    (metadata as Record<string, unknown>)['interrupted'] === true ? 'interrupted' : String(type),
  );
  return types.filter((type, index) => type !== types[index - 1]).join(' ');
}

describe.each(NAMES)('what a client of AIAvatarKit and the bridge said: %s', (name) => {
  const lines = linesOf(name);
  const responses = responsesOf(lines);

  it('is still what is understood of the client', () => {
    const frames = lines.flatMap(({ from, frame }) => {
      if (from !== 'client' || frame === undefined || 'closed' in frame) return [];
      return [frame['body'] ?? frame];
    });
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) expect(readAvatarRequest(frame).sessionId).toBeDefined();
  });

  it('is still what is sent: every key, metadata never null', () => {
    expect(responses.length).toBeGreaterThan(0);
    for (const response of responses) {
      expect(Object.keys(response)).toEqual(KEYS);
      expect(response['metadata']).toBeTypeOf('object');
      expect(response['metadata']).not.toBeNull();
    }
  });

  it('holds no chunk without anything, and one first chunk for each reply at most', () => {
    let firsts = 0;
    for (const { type, text, audio_data: sound, metadata } of responses) {
      if (type === 'start') firsts = 0;
      if (type !== 'chunk') continue;
      expect(text !== '' || sound !== null).toBe(true);
      if ((metadata as Record<string, unknown>)['is_first_chunk'] === true) firsts++;
      expect(firsts).toBeLessThanOrEqual(1);
    }
  });

  it('has no words between stop and the next start: what goes on is sound alone', () => {
    let isSilent = false;
    for (const { type, text } of responses) {
      if (type === 'stop') isSilent = true;
      else if (type === 'start') isSilent = false;
      else if (type === 'chunk' && isSilent) expect(text).toBe('');
    }
  });

  it('ends every turn once', () => {
    const open = responses.filter(({ type }) => type === 'start').length;
    const seen = responses.filter(({ type }) => type === 'vision').length;
    const ended = responses.filter(({ type }) => ENDS.includes(String(type))).length;
    expect(ended).toBe(open - seen);
  });
});

describe('the transcripts', () => {
  it.each([
    ['page-typed', 'connected accepted stop start chunk final accepted stop start chunk final'],
    ['page-vision', 'connected accepted stop start vision accepted start chunk final'],
    ['page-spoken', 'connected info accepted stop start chunk final'],
    [
      'page-interrupted-by-text',
      'connected accepted stop start chunk stop interrupted accepted start chunk final',
    ],
    ['page-backchannel', 'connected info accepted stop start chunk final stop info chunk accepted canceled'],
    ['python-websocket-vision', 'connected accepted stop start vision chunk accepted start chunk final'],
    ['python-http-typed', 'start chunk final'],
    ['python-http-vision', 'start chunk vision start chunk final'],
    ['python-http-spoken', 'start chunk final'],
    ['python-http-interrupted', 'start chunk final start chunk final'],
  ])('%s goes %s', (name, expected) => {
    expect(gist(linesOf(`${name}.jsonl`))).toBe(expected);
  });
});
