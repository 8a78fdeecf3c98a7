import { describe, expect, it } from 'vitest';
import { ANN, ApiRig, OPERATOR, settle } from '../../support/api/api-rig.js';

function watched() {
  const rig = new ApiRig();
  const client = rig.greeted(ANN);
  client.say({ type: 'open', id: 1, name: 'one', voice: { to: 'client' } });
  const session = rig.sessions.last;
  const operator = rig.greeted(OPERATOR);
  operator.say({ type: 'attach', id: 1, session: session.id, isWatching: true });
  return { rig, client, session, operator };
}

describe('Who looks on', () => {
  it('is told what happens in the session of another, without its sound and lips', () => {
    const { session, client, operator } = watched();
    session.events.emit('partial', 'hel');
    session.events.emit('lips', 1, [{ phoneme: 'a', startMs: 0, endMs: 100 }]);
    session.events.emit('sound', { turn: 1, fromMs: 0, pcm: new Uint8Array(2), sampleRateHz: 16_000 });
    expect(operator.of('partial')).toMatchObject([{ text: 'hel' }]);
    expect(operator.of('lips')).toEqual([]);
    expect(operator.sounds).toEqual([]);
    expect(client.of('lips')).toHaveLength(1);
    expect(client.sounds).toHaveLength(1);
  });

  it('does not keep the session from expiring', () => {
    const { session, client, operator } = watched();
    expect(session.holds).toBe(1);
    client.say({ type: 'leave', id: 2, channel: 1 });
    expect(session.holds).toBe(0);
    operator.say({ type: 'leave', id: 2, channel: 1 });
    expect(session.holds).toBe(0);
  });

  it('ends no turn by going away, and keeps none of a client that is gone', () => {
    const { rig, session, client, operator } = watched();
    session.isBusy = true;
    operator.life.closed(1000);
    expect(session.done).not.toContainEqual(['interrupt']);
    client.life.closed(1000);
    expect(session.done).toContainEqual(['interrupt']);
    void rig;
  });
});

describe('Taking over', () => {
  it('is for operators: their words are the reply until they hand back', async () => {
    const { session, operator } = watched();
    operator.say({ type: 'takeOver', id: 2, channel: 1 });
    operator.say({ type: 'say', id: 3, channel: 1, text: 'Hello, I am a person.' });
    operator.say({ type: 'handBack', id: 4, channel: 1 });
    await settle();
    expect(session.done.map(([name]) => name)).toEqual(['takeOver', 'say', 'handBack']);
    expect(operator.answerOf(3)?.['result']).toEqual({ turn: 1 });
  });

  it('is refused to clients, also in their own session', () => {
    const { session, client } = watched();
    for (const [id, type] of [
      [2, 'takeOver'],
      [3, 'handBack'],
    ] as const) {
      client.say({ type, id, channel: 1 });
      expect(client.answerOf(id)?.['error']).toMatchObject({ code: 'BRIDGE_ERR_ACCESS' });
    }
    expect(session.done).toEqual([]);
  });

  it('is told with how a session stands', () => {
    const { session, operator } = watched();
    session.takeOver();
    operator.say({ type: 'list', id: 5 });
    expect(operator.answerOf(5)?.['result']).toMatchObject({ sessions: [{ isOperated: true }] });
  });
});
