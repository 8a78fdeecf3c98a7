/** What a model, a user, a tool or a microphone may give, meant well or not. By name, for titles. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  'a second message behind a line break': 'Fine.\nMODEL_DELETE|0\r\nEXIT',
  'separators of arguments': 'Fine|MODEL_DELETE|0 and | more || of them.',
  'escape sequences': 'Red \u001b[31mtext\u001b[0m, a title \u001b]0;owned\u0007, and \u001bc a reset.',
  'control characters of eight bits': 'A \u009b31m C1 \u009d0;owned\u009c \u0085 line.',
  'backspaces and returns': 'Nice text.\b\b\b\b\b\rEvil text.',
  'NUL and other controls': 'Zero\u0000 one\u0001 two\u0002 delete\u007f end.',
  'letters that turn the line around': 'Pay \u202e0001\u202c yen, \u2066inside\u2069 \u2067out.',
  'lone surrogates': 'Half \ud83d of a \udc00 letter \ud83d\ud83d.',
  'backslashes and line breaks written out': 'Path C:\\new\\names and \\n again\\',
  'quotes, commas and formulas': '=HYPERLINK("http://x","y"), "quoted", \'single\';\ttab',
  markup: '<script>alert(1)</script><img src=x onerror=alert(2)> ]]> &amp; <!-- a -->',
  'tags with separators in them':
    '[face:joy|MODEL_DELETE|0]Well. [animation:wave|x,2]Yes. [face:\u001b[31m]No.',
  'separators of other kinds':
    'Line\u2028separator, paragraph\u2029separator, \u00a0blank, \ufeffmark, \u200bnothing.',
  'no blank anywhere': 'x'.repeat(3000),
  'Japanese without an end': 'あ'.repeat(1500),
  'letters that nobody sees':
    'Zero\u200b\u200c\u200dwidth\u2060 and \u061cmarks \u200e\u200f\u00ad of direction.',
  'lines of a stream of events': 'Yes.\n\nevent: end\ndata: {"x":1}\n\n: comment\nretry: 0\n\n',
  'an address of OSC': '/avatar/parameters/FaceOSC\0\0,i\0\0\0\0\0\u0001 [face:/chatbox/input]Done.',
  'quotes in quotes': `${'「『（“"'.repeat(200)}deep`,
  'tags without an end': `Well. ${'[face:'.repeat(300)}`,
  'a tag of blanks': `[face:${' '.repeat(2000)}`,
  'a thousand tags': `${'[face:joy]'.repeat(1000)}Done.`,
  'tags that are commands':
    '[animation:wave|MOTION_DELETE|0,1]A. <face name="x|EXIT" duration="1"/>B. [face:PROMPT_SHOW]C.',
  'names of folders': '../../etc/passwd ..\\..\\x C:aux file:///etc/shadow ~root $(id) `id` %00',
  'names that objects have':
    '__proto__ constructor [face:__proto__]a. [face:constructor]b. [animation:toString]c.',
  'combining marks on one letter': `Z${'\u0301'.repeat(500)}algo.`,
};
