// Prints a message structure of the dictionary package in our one-line grammar (see src/standard/hl7v2/grammar.rs).
// In: the package's nested nodes. Out: text such as `MSH EVN PID [PD1] [{PROCEDURE: PR1 [{ROL}]}]`.

/** Wraps `inner` in the brackets of `min..max`, where a max of 0 means unbounded; `bare` is the 1..1 form. */
function bracketed(inner, bare, min, max) {
  if (max === 0) return min === 0 ? `[{${inner}}]` : `{${inner}}`;
  if (max !== 1 || min > 1) throw new Error(`no notation for ${min}..${max}`);
  return min === 0 ? `[${inner}]` : bare;
}

function node(item) {
  if (item.compounds) {
    // The package marks a choice as optional and repeating whatever the standard says; once is right, and the
    // overlay brackets the few that are optional.
    return `<${item.compounds.map((choice) => choice.name).join('|')}>`;
  }
  if (item.children) {
    const name = item.name.replace(/[^A-Z0-9]+/gi, '_').toUpperCase();
    const inner = `${name}: ${item.children.map(node).join(' ')}`;
    return bracketed(inner, `(${inner})`, item.min, item.max);
  }
  return bracketed(item.name, item.name, item.min, item.max);
}

/** The grammar text of one message of the package. */
export function print(message) {
  return message.segments.segments.map(node).join(' ');
}

/** The grammar without group names and software segments: what an event's body shares with its structure. */
export function shape(grammar) {
  return grammar.replace(/[A-Z0-9_]+: /g, '').replaceAll('[{SFT}] ', '');
}

/** The segment ids a grammar mentions. */
export function segmentsOf(grammar) {
  return [...new Set(grammar.replace(/[A-Z0-9_]+: /g, '').match(/[A-Z][A-Z0-9]{2}/g) ?? [])].sort();
}
