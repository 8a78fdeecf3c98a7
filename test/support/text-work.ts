/**
 * How many letters regular expressions and searches walk over while something runs, as far as JavaScript can see.
 *
 * Unlike a clock it says the same on every machine. An expression that is tied to one place costs what it matched. What a match
 * tries and gives up inside the engine is not seen: for that, a text of 100,000 letters must be read within the time of a test.
 */
export function textWork(run: () => void): number {
  const { exec } = RegExp.prototype;
  const { indexOf } = String.prototype;
  let work = 0;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const match = exec.call(this, text);
    const isTied = this.sticky || (this.source.startsWith('^') && !this.multiline);
    const end = match === null ? (isTied ? from : text.length) : match.index + match[0].length;
    work += 1 + Math.max(0, end - from);
    return match;
  };
  String.prototype.indexOf = function (this: string, what: string, from = 0) {
    const at = indexOf.call(this, what, from);
    work += 1 + Math.max(0, (at < 0 ? this.length : at + what.length) - from);
    return at;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
    String.prototype.indexOf = indexOf;
  }
  return work;
}
