import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServerEvent } from '../../../src/realtime/openai/server-event.js';

describe('readServerEvent', () => {
  it.each([
    ['response.output_audio.delta', 'response.audio.delta', 'sound'],
    ['response.output_audio_transcript.delta', 'response.audio_transcript.delta', 'text'],
    ['response.output_text.delta', 'response.text.delta', 'text'],
  ])('reads %s and %s alike', (now, before, type) => {
    const event = { response_id: 'r', item_id: 'i', content_index: 1, delta: 'AAAA' };
    const read = readServerEvent({ ...event, type: now });
    expect(read).toMatchObject({ type, responseId: 'r', itemId: 'i' });
    expect(readServerEvent({ ...event, type: before })).toEqual(read);
  });

  it('knows what is no event from what it need not know', () => {
    expect(readServerEvent({ type: 'response.brand_new' })).toBeUndefined();
    expect(readServerEvent({ type: 'toString' })).toBeUndefined();
    expect(readServerEvent({ type: 1 })).toBe('garbage');
    expect(readServerEvent(undefined)).toBe('garbage');
    expect(readServerEvent({ type: 'response.output_audio.delta', delta: '§' })).toBe('garbage');
  });

  it('gives an event, nothing or garbage for anything at all', () => {
    const types = fc.constantFrom(
      'session.created',
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.output_audio.delta',
      'response.done',
      'conversation.item.input_audio_transcription.completed',
      'rate_limits.updated',
      'error',
      'input_audio_buffer.committed',
    );
    const bag = fc.dictionary(
      fc.constantFrom('response', 'item', 'delta', 'error', 'rate_limits', 'item_id', 'transcript', 'status'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(types, bag, (type, fields) => {
        readServerEvent({ ...fields, type });
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readServerEvent(value);
      }),
    );
  });
});
