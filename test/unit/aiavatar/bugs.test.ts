import { describe, expect, it } from 'vitest';
import { settled, socketRig } from './socket-rig.js';

/** What was measured of AIAvatarKit 0.8.19 and must not be so here; what the conversation itself decides is tested with it. */
describe('AIAvatarKit 2.2', () => {
  async function typedTurn() {
    const { connect } = socketRig();
    const client = connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', text: 'Tell me a story' });
    await settled();
    return { client, session };
  }

  it('AIAvatarKit 2.2-1: what the session tells is sent at once: no timer, nothing collected', async () => {
    const { connect, clock } = socketRig();
    const client = connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', text: 'Hi' });
    await settled();
    client.news();
    session.piece(1, { raw: 'Once' });
    expect([client.news(), clock.pendingCount]).toEqual([['chunk'], 0]);
  });

  it('AIAvatarKit 2.2-4: after an interruption the conversation goes on where it was, whatever way it was cut', async () => {
    const { sessions, connect } = socketRig();
    const client = connect();
    const session = client.start();
    for (const text of ['Tell me a story', 'Stop', 'And now?']) {
      client.send({ type: 'invoke', session_id: 's', text });
      await settled();
      session.end(session.asked.length, { outcome: 'interrupted', heard: 'Once' });
    }
    client.socket.closed();
    connect().start();
    // One session, its own context all along, and it was neither closed nor forgotten.
    expect(sessions.opened).toEqual([session]);
    expect(session.asked.map(({ context }) => context)).toEqual([undefined, undefined, undefined]);
    expect([session.isClosed, session.forgets]).toEqual([false, 0]);
  });

  it('AIAvatarKit 2.2-2: stop is told when the session falls silent, before anybody knows the words', async () => {
    const { client, session } = await typedTurn();
    session.piece(1, { raw: 'Once' });
    client.news();
    session.events.emit('voice', true);
    session.events.emit('cut', 1);
    expect(client.news()).toEqual(['stop']);
  });

  it('AIAvatarKit 2.2-3: after stop no chunk of that turn comes, whatever is still on its way', async () => {
    const { client, session } = await typedTurn();
    session.piece(1, { raw: 'Once' });
    session.events.emit('cut', 1);
    client.news();
    session.piece(1, { raw: 'upon' });
    session.again(1, 100);
    session.end(1, { outcome: 'interrupted', heard: 'On' });
    session.piece(1, { raw: 'a time' });
    expect(client.told).toMatchObject([{ type: 'final', metadata: { interrupted: true, heard_text: 'On' } }]);
  });

  it('AIAvatarKit 2.2-3: what was thrown away comes again, as sound alone, when it was nothing', async () => {
    const { client, session } = await typedTurn();
    session.piece(1, { raw: 'Once' });
    session.events.emit('cut', 1);
    client.news();
    session.events.emit('ignored', 'uh-huh', 'backchannel');
    session.events.emit('resumed', 1, 40);
    session.again(1, 60);
    session.piece(1, { raw: 'upon' });
    expect(client.told[1]).toMatchObject({
      type: 'chunk',
      text: '',
      voice_text: '',
      metadata: { is_first_chunk: false },
    });
    expect(client.told[1]?.audio_data).toMatch(/^UklGR/);
    expect(client.told[2]).toMatchObject({ type: 'chunk', text: 'upon' });
    expect(client.news()).toEqual(['canceled', 'chunk', 'chunk']);
  });

  it('AIAvatarKit 2.2-5: sound, settings, questions and stop are taken in the middle of a typed turn', async () => {
    const { client, session } = await typedTurn();
    client.send({ type: 'data', session_id: 's', audio_data: 'AAAAAA==' });
    client.send({ type: 'config', session_id: 's', metadata: { barge_in_enabled: true } });
    client.send({ type: 'invoke', session_id: 's', text: 'No, wait' });
    await settled();
    expect([session.heard.length, session.tunings.length, session.asked.length]).toEqual([1, 1, 2]);
    client.send({ type: 'stop', session_id: 's' });
    expect(client.closes).toHaveLength(1);
    expect(session.interrupts).toBe(1);
  });

  it('AIAvatarKit 2.2-6: start is told of typed turns too, with the context, before any chunk', async () => {
    const { client, session } = await typedTurn();
    session.piece(1, { raw: 'Once' });
    const types = client.told.map(({ type }) => type);
    expect(types.indexOf('start')).toBeGreaterThan(0);
    expect(types.indexOf('start')).toBeLessThan(types.indexOf('chunk'));
    expect(client.told[types.indexOf('start')]?.context_id).toBe(session.context);
  });

  it('AIAvatarKit 2.2-7: no chunk is empty, and the first that has words or sound is marked', async () => {
    const { client, session } = await typedTurn();
    client.news();
    session.piece(1, { raw: '', text: '' });
    session.piece(1, { raw: ' ', text: '' });
    session.piece(1, { raw: '[face:joy]', text: '' });
    session.piece(1, { raw: 'Once' });
    session.piece(1, { raw: 'upon' });
    expect(client.told.map(({ text, metadata }) => [text, metadata['is_first_chunk']])).toEqual([
      ['[face:joy]', false],
      ['Once', true],
      ['upon', false],
    ]);
  });

  it('AIAvatarKit 2.2-8: a turn that was told to be over is not told to be interrupted', async () => {
    const { client, session } = await typedTurn();
    session.piece(1, { raw: 'Once' });
    session.events.emit('given', 1, 'Once', 'Once');
    client.news();
    // All was sent, and the client still plays it.
    session.events.emit('cut', 1);
    session.events.emit('accepted');
    session.end(1, { outcome: 'interrupted', heard: 'On' });
    session.begin('Stop', 'voice');
    expect(client.news()).toEqual(['stop', 'accepted', 'start']);
  });

  it('AIAvatarKit 2.2-8: each turn ends once, in whatever way', async () => {
    const { connect } = socketRig();
    const client = connect();
    const session = client.start();
    const ends: string[] = [];
    for (const end of [
      { outcome: 'interrupted' as const },
      { outcome: 'failed' as const, error: { code: 'BRIDGE_ERR_LLM_BUSY', message: 'Too many requests' } },
      { outcome: 'dropped' as const },
      { outcome: 'completed' as const, reply: 'y', heard: 'y' },
    ]) {
      const turn = session.begin('x', 'voice');
      client.news();
      session.end(turn, end);
      ends.push(...client.told.map(({ type, metadata }) => `${type} ${JSON.stringify(metadata)}`));
    }
    expect(ends).toEqual([
      'final {"interrupted":true,"heard_text":""}',
      'error {"error":"Too many requests","code":"BRIDGE_ERR_LLM_BUSY"}',
      'cancelled {"reason":"Another request took its place."}',
      'final {}',
    ]);
  });
});
