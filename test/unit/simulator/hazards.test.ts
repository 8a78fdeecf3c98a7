import { describe, expect, test } from 'vitest';
import { bytesOf, chunk, createRig, latin1, type Rig, ramp, textOf } from './rig.js';

/** Sends Latin-1 text in separate writes and lets 200 ms go by. */
function fed(...writes: (string | Uint8Array)[]): Rig {
  const rig = createRig();
  for (const write of writes) rig.link.write(typeof write === 'string' ? latin1(write) : write);
  rig.clock.advance(200);
  return rig;
}

function echoes(rig: Rig): string[] {
  return rig.frames.map(textOf).filter((text) => !text.startsWith('CURRENT_TIME'));
}

function expectWedged(rig: Rig): void {
  expect(rig.wedges).toHaveLength(1);
  const before = rig.frames.length;
  rig.link.write(latin1('LATER|1\n'));
  rig.clock.advance(200);
  expect(rig.frames).toHaveLength(before);
  expect(rig.deaths).toHaveLength(0);
}

function expectCrash(rig: Rig): void {
  expect(rig.deaths.map(({ signal }) => signal)).toEqual([11]);
  expect(rig.closedBy).toBeDefined();
}

describe('input hazards > newlines', () => {
  test('a leading newline wedges for ever', () => expectWedged(fed('\nX|1\n')));
  test('several leading newlines wedge', () => expectWedged(fed('\n\nX|1\n')));
  test('a wedged peer drops the connection after 8191 unread bytes', () => {
    const rig = fed('\nX|1\n');
    for (let sent = 0; sent < 9000; sent += 500) rig.link.write(latin1('y'.repeat(500)));
    expect(rig.closedBy).toBeDefined();
    expect(rig.deaths.map(({ signal }) => signal)).toEqual([9]);
  });
  test('a lone newline crashes', () => expectCrash(fed('\n')));
  test('CR LF and blank lines after a message in one read are fine', () => {
    expect(echoes(fed('A\r\nB\r\n'))).toEqual(['A\n', 'B\n']);
    expect(echoes(fed('A\n\n\nB\n'))).toEqual(['A\n', 'B\n']);
  });
  test('CR, then newline in the next segment, wedges', () => expectWedged(fed('A|1\r', '\nB|1\n')));
  test('CR LF, then CR LF first in the next write, wedges', () => expectWedged(fed('A|1\r\n', '\r\nB|1\n')));
});

describe('input hazards > sound', () => {
  const sound = bytesOf(ramp(320));
  test('a newline right after a chunk crashes', () => {
    const both = new Uint8Array([...chunk(sound), 10]);
    expectCrash(fed(both));
    expectCrash(fed(chunk(sound), '\n'));
  });
  test('SNDSTRM, then newline in the next segment, wedges', () => expectWedged(fed('SNDSTRM', '\n')));
  test('SNDSTRM needs no newline', () => expect(echoes(fed('SNDSTRM', 'NEXT|1\n'))).toEqual(['NEXT|1\n']));
  test('SNDSTRM with newline is fine', () => expect(echoes(fed('SNDSTRM\nNEXT|1\n'))).toEqual(['NEXT|1\n']));
  test('SND0000 is ignored', () => expect(echoes(fed('SND0000NEXT|1\n'))).toEqual(['NEXT|1\n']));
  test('SND-001 takes six bytes and shifts the rest', () =>
    expect(echoes(fed('SND-001X|1\n'))).toEqual(['1X|1\n']));
  test('SNDX|1 swallows seven bytes', () => expect(echoes(fed('SNDX|1\nNEXT|1\n'))).toEqual(['NEXT|1\n']));
  test('SNDFOO|BARBAZ runs BARBAZ', () => expect(echoes(fed('SNDFOO|BARBAZ\n'))).toEqual(['BARBAZ\n']));
  test('SND9ABC eats nine bytes as sound', () =>
    expect(echoes(fed('SND9ABC|12345\nX|1\n'))).toEqual(['1\n']));
  test('SOUND_, SYNTH_ and STOP are ordinary', () => {
    const rig = fed('SOUND_X|1\nSYNTH_X|1\nSTOP|now\n');
    expect(echoes(rig)).toEqual(['SOUND_X|1\n', 'SYNTH_X|1\n', 'STOP|now\n']);
  });
  test('an 8184 byte chunk fits, an 8185 byte chunk loses the connection', () => {
    expect(fed(chunk(new Uint8Array(8184))).deaths).toEqual([]);
    expect(fed(chunk(new Uint8Array(8185))).deaths).toHaveLength(1);
    const tcp = createRig({}, { kind: 'tcp-client' });
    tcp.link.write(chunk(new Uint8Array(8185)));
    expect(tcp.deaths).toHaveLength(1);
  });
});

describe('input hazards > bytes and lines', () => {
  test.each(['\xff', '\xfe'])('byte %j wedges', (byte) => expectWedged(fed(`X|a${byte}b\nY|1\n`)));
  test('NUL wedges', () => expectWedged(fed('X|a\0b\nY|1\n')));
  test('a short S line is held below seven bytes', () => {
    const rig = fed('ST|1\n');
    expect(echoes(rig)).toEqual([]);
    rig.link.write(latin1('X|22\n'));
    rig.clock.advance(100);
    expect(echoes(rig)).toEqual(['ST|1\n', 'X|22\n']);
  });
  test('lines and chunks may be split anywhere', () => {
    expect(echoes(fed('TES', 'TA|', '1', '\n'))).toEqual(['TESTA|1\n']);
  });
  test('no newline joins two messages', () => {
    expect(echoes(fed('TESTF|1', 'TESTG|2\n'))).toEqual(['TESTF|1TESTG|2\n']);
  });
  test('outer bars go, inner empty fields stay', () => {
    expect(echoes(fed('|X\nA|\nB|a||c|\n"a|b c",d\n'))).toEqual(['X\n', 'A\n', 'B|a||c|\n', '"a|b c",d\n']);
  });
  test('Latin-1 E9 before the newline swallows it', () => {
    expect(echoes(fed('TESTK|caf\xe9\nTESTL|2\n'))).toEqual(['TESTK|caf\xe9\nTESTL|2\n']);
  });
  test('printf formats are harmless', () => expect(echoes(fed('%s|%d%n\n'))).toEqual(['%s|%d%n\n']));
  test('__AV_MESSAGE runs its argument, alone and unknown __AV are ignored', () => {
    expect(echoes(fed('__AV_MESSAGE,A|b\n__AV_MESSAGE,\n__AV_WHAT,1\n'))).toEqual(['A|b\n']);
  });
  test.each([2040, 2046])('a line of %i bytes is echoed whole', (bytes) => {
    const line = `X|${'y'.repeat(bytes - 2)}`;
    expect(echoes(fed(`${line}\n`))).toEqual([`${line}\n`]);
  });
  test.each([2047, 2100, 4096])('a line of %i bytes comes back cut to 2047 without newline', (bytes) => {
    const rig = fed(`X|${'y'.repeat(bytes - 2)}\nNEXT|1\n`);
    expect(echoes(rig).map((text) => text.length)).toEqual([2047, 7]);
    expect(echoes(rig)[0]?.endsWith('y')).toBe(true);
  });
  test('a line of 8000 bytes crashes', () => expectCrash(fed(`X|${'y'.repeat(7998)}\n`)));
  test('8191 bytes without a newline lose the connection', () => {
    const rig = fed('y'.repeat(4000), 'y'.repeat(4191));
    expect(rig.deaths.map(({ rule }) => rule)).toEqual(['buffer-full']);
  });
});

describe('input hazards > frames and connections', () => {
  test('a frame of 8191 bytes is fine, 8192 is not', () => {
    const line = 'X|1\n'.repeat(2047);
    expect(fed(`${line}X|\n`).deaths).toEqual([]);
    expect(fed(`${line}X|1\n`).deaths.map(({ rule }) => rule)).toEqual(['frame-too-large']);
  });
  test('pending bytes count against the frame', () => {
    expect(fed('PART|', `${'X|1\n'.repeat(2046)}X\n`).deaths).toEqual([]);
    expect(fed('PART|', `${'X|1\n'.repeat(2047)}`).deaths).toHaveLength(1);
  });
  test('an empty frame ends the connection', () => {
    expect(fed(new Uint8Array()).deaths.map(({ rule }) => rule)).toEqual(['empty-frame']);
  });
  test('two TCP clients share one input buffer', () => {
    const rig = createRig({}, { kind: 'tcp-server', connectionId: 'A' });
    rig.peer.connect('B', { kind: 'tcp-server', remoteAddress: '127.0.0.1' });
    rig.clock.advance(100);
    rig.frames.length = 0;
    rig.peer.receive('A', latin1('PARTA|'));
    rig.peer.receive('B', latin1('WHOLEB|2\n'));
    rig.peer.receive('A', latin1('rest\n'));
    rig.clock.advance(200);
    expect(echoes(rig)).toEqual(['PARTA|WHOLEB|2\n', 'rest\n']);
  });
  test('a half chunk of one client swallows the lines of the other', () => {
    const rig = createRig({}, { kind: 'tcp-server', connectionId: 'A' });
    rig.peer.connect('B', { kind: 'tcp-server', remoteAddress: '127.0.0.1' });
    rig.clock.advance(100);
    rig.frames.length = 0;
    rig.peer.receive('A', latin1('SND0010ab'));
    rig.peer.receive('B', latin1('B|23456\n'));
    rig.peer.receive('A', latin1('cdefghij\n'));
    rig.clock.advance(200);
    expect(echoes(rig)).toEqual(['cdefghij\n']);
  });
});
