// Reads overlay.txt: what we know about HL7 v2 that the dictionary package lacks or has wrong.
// In: the file's text. Out: one object with a list per directive. Throws on any line it does not understand.

const USAGES = new Set(['R', 'O', 'C', 'B', 'X', 'W']);

/** `1,3-5` to [1, 3, 4, 5]. */
function numbers(text) {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    if (!(first > 0 && last >= first)) throw new Error(`bad number list ${text}`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The directives of `text`; `known` lists the versions that `*` and ranges such as `2.4+` expand to. */
export function readOverlay(text, known) {
  const overlay = {
    usage: [], field: [], component: [], extra: [], replace: [], structure: [], adopt: [], events: [], alias: [],
    drop: [], hl7Tables: new Set(), codes: [], tables: [],
  };
  const versions = (spec) => {
    if (spec === '*') return known;
    if (spec.endsWith('+')) return known.slice(known.indexOf(spec.slice(0, -1)));
    const list = spec.split(',');
    for (const v of list) if (!known.includes(v)) throw new Error(`unknown version ${v}`);
    return list;
  };
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (!line) return;
    try {
      const [directive, ...words] = line.split(/\s+/);
      const rest = (count) => words.slice(count).join(' ');
      switch (directive) {
        case 'usage': // usage VERSIONS LETTER SEG NUMBERS [SEG NUMBERS ...]
          if (!USAGES.has(words[1])) throw new Error('unknown usage letter');
          for (let i = 2; i < words.length; i += 2) {
            overlay.usage.push({ versions: versions(words[0]), usage: words[1], segment: words[i], at: numbers(words[i + 1]) });
          }
          break;
        case 'field': // field VERSIONS SEG-N key=value ...
          overlay.field.push({ versions: versions(words[0]), at: words[1], set: Object.fromEntries(words.slice(2).map((w) => w.split('='))) });
          break;
        case 'component': // component VERSIONS DT.N=TABLE ...
          for (const word of words.slice(1)) {
            const [at, table] = word.split('=');
            overlay.component.push({ versions: versions(words[0]), at, table });
          }
          break;
        case 'extra': // extra VERSIONS DT LETTER DATATYPE TABLE label
          overlay.extra.push({ versions: versions(words[0]), id: words[1], usage: words[2], datatype: words[3], table: words[4], label: rest(5) });
          break;
        case 'replace': { // replace VERSIONS IDS old grammar => new grammar
          const [from, to] = rest(2).split(' => ');
          if (to === undefined) throw new Error('no =>');
          for (const id of words[1].split(',')) overlay.replace.push({ versions: versions(words[0]), id, from, to });
          break;
        }
        case 'structure': // structure VERSIONS ID grammar
          overlay.structure.push({ versions: versions(words[0]), id: words[1], grammar: rest(2) });
          break;
        case 'adopt': // adopt VERSIONS from VERSION ID ...
          overlay.adopt.push({ versions: versions(words[0]), from: words[2], ids: words.slice(3) });
          break;
        case 'events': // events VERSIONS ID EVENT ...
          overlay.events.push({ versions: versions(words[0]), id: words[1], events: words.slice(2) });
          break;
        case 'alias': // alias VERSIONS ID ... : bodies that differ from their structure on purpose
          overlay.alias.push({ versions: versions(words[0]), ids: words.slice(1) });
          break;
        case 'drop': // drop VERSIONS ID ...
          overlay.drop.push({ versions: versions(words[0]), ids: words.slice(1) });
          break;
        case 'hl7-tables':
          words.forEach((w) => overlay.hl7Tables.add(w));
          break;
        case 'table': // table ID label
          overlay.tables.push({ table: words[0], label: rest(1) });
          break;
        case 'codes': // codes TABLE CODE ...
          overlay.codes.push({ table: words[0], codes: words.slice(1) });
          break;
        default:
          throw new Error(`unknown directive ${directive}`);
      }
    } catch (error) {
      throw new Error(`overlay.txt line ${index + 1}: ${error.message}`);
    }
  });
  return overlay;
}
