import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAvatarFrame, readAvatarRequest } from '../../../src/aiavatar/request.js';
import { avatarResponse } from '../../../src/aiavatar/response.js';
import { RequestError } from '../../../src/runtime/index.js';

const KEYS = [
  'type',
  'session_id',
  'user_id',
  'context_id',
  'text',
  'voice_text',
  'language',
  'control_tags',
  'avatar_control_request',
  'audio_data',
  'metadata',
  'structured_content',
];

describe('request of a client of AIAvatarKit', () => {
  it('takes what the page sends to begin: null is as good as missing', () => {
    const request = readAvatarFrame(
      '{"type":"start","session_id":"s","user_id":"u","context_id":null,"metadata":null}',
    );
    expect(request).toEqual({
      type: 'start',
      sessionId: 's',
      userId: 'u',
      contextId: undefined,
      text: undefined,
      audio: undefined,
      files: [],
      parameters: {},
      waitsInQueue: false,
      metadata: {},
      more: {},
    });
  });

  it('takes what the Python client sends: every field, most of them null', () => {
    const request = readAvatarFrame(
      '{"type":"invoke","session_id":"s","user_id":null,"context_id":null,"text":null,"audio_data":null,' +
        '"files":[{"type":"image","url":"data:image/png;base64,AA=="}],"system_prompt_params":null,' +
        '"allow_merge":true,"wait_in_queue":false,"metadata":null}',
    );
    expect(request.files).toEqual([{ url: 'data:image/png;base64,AA==' }]);
    expect(request.userId).toBeUndefined();
  });

  it('keeps what ChatdollKit can add: keys of its own, next to those of the protocol', () => {
    const request = readAvatarRequest({ type: 'start', session_id: 's', audio: 'none' });
    expect(request.more).toEqual({ audio: 'none' });
  });

  it('takes plain values of system_prompt_params as text and leaves the rest out', () => {
    const request = readAvatarRequest({
      type: 'x',
      system_prompt_params: { a: 1, b: true, c: 'd', e: [1], f: null },
    });
    expect(request.parameters).toEqual({ a: '1', b: 'true', c: 'd' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{}'],
    ['a type that is no text', '{"type":3}'],
    ['an id that is no text', '{"type":"start","session_id":7}'],
    ['an id that is too long', `{"type":"start","session_id":"${'x'.repeat(129)}"}`],
    ['a text that is too long', `{"type":"invoke","text":"${'x'.repeat(10_001)}"}`],
    ['files that are no list', '{"type":"invoke","files":{}}'],
    ['five files', `{"type":"invoke","files":${JSON.stringify(new Array(5).fill({ url: 'x' }))}}`],
    ['a file without address', '{"type":"invoke","files":[{"type":"image"}]}'],
    ['metadata that are no object', '{"type":"start","metadata":[]}'],
    ['wait_in_queue that is no truth', '{"type":"invoke","wait_in_queue":"yes"}'],
    ['parameters that are too long', `{"type":"x","system_prompt_params":{"a":"${'x'.repeat(2001)}"}}`],
  ])('refuses %s, in words', (_what, frame) => {
    expect(() => readAvatarFrame(frame)).toThrow(RequestError);
    expect(() => readAvatarFrame(frame)).toThrow(/^Expected /);
  });

  it('gives a request or a refusal for whatever comes, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(typeof readAvatarFrame(text).type).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
        }
      }),
    );
    fc.assert(
      fc.property(
        fc.record(
          {
            type: fc.oneof(fc.string(), fc.anything()),
            session_id: fc.anything(),
            text: fc.anything(),
            files: fc.anything(),
            system_prompt_params: fc.anything(),
            metadata: fc.anything(),
          },
          { requiredKeys: [] },
        ),
        (value) => {
          try {
            readAvatarRequest(value);
          } catch (error) {
            expect(error).toBeInstanceOf(RequestError);
          }
        },
      ),
    );
  });
});

describe('response to a client of AIAvatarKit', () => {
  it('has every key, null where there is nothing, and metadata always', () => {
    const response = avatarResponse('final', { sessionId: 's', userId: undefined, contextId: undefined });
    expect(Object.keys(response)).toEqual(KEYS);
    expect(response).toMatchObject({ session_id: 's', user_id: null, text: null, metadata: {} });
    expect(JSON.parse(JSON.stringify(response))).toEqual(response);
  });
});
