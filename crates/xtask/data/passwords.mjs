// Writes the common passwords that crates/core embeds.
//
// Use: node passwords.mjs OUTPUT
// Run it in a folder where `npm install --no-save @zxcvbn-ts/language-common@4.1.3` has run.
//
// Two sorts of line, told apart by length:
//   8 characters and longer: a password that many people have;
//   4 to 7 letters: a stem; too short to be a password, but refused with a few digits or symbols around it.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const PACKAGE = '@zxcvbn-ts/language-common'
const VERSION = '4.1.3'
const SHORTEST_PASSWORD = 8
const LONGEST = 40
// The list is ordered by how often a password was seen; far down, short words are ordinary words and names.
const STEM_RANKS = 6000
const STEM = /^[a-z]{4,7}$/
const OWN_LEAST = 500

const require = createRequire(process.cwd() + '/')

function listed() {
  const found = JSON.parse(readFileSync(require.resolve(PACKAGE).replace(/dist\/.*$/, 'package.json'), 'utf8')).version
  if (found !== VERSION) throw new Error(`${PACKAGE} is ${found}, wanted ${VERSION}`)
  const ranked = require(PACKAGE).dictionary['passwords-common']
  const stems = ranked.slice(0, STEM_RANKS).filter((word) => STEM.test(word))
  return [...ranked.filter((word) => word.length >= SHORTEST_PASSWORD), ...stems]
}

function sections(text) {
  const found = new Map()
  let current
  for (const line of text.split('\n')) {
    const heading = /^\[([a-z-]+)\]$/.exec(line)
    if (heading) found.set(heading[1], (current = []))
    else if (!line.startsWith('#')) current?.push(...line.split(' ').filter(Boolean))
  }
  return found
}

function vietnamese() {
  const own = sections(readFileSync(new URL('vietnamese-passwords.txt', import.meta.url), 'utf8'))
  const get = (name) => {
    const words = own.get(name)
    if (!words?.length) throw new Error(`no [${name}] in vietnamese-passwords.txt`)
    return words
  }
  const persons = get('family-names').flatMap((family) => get('names').map((name) => family + name))
  const ended = (words, endings) => words.flatMap((word) => endings.map((ending) => word + ending))
  const names = [...get('family-names'), ...get('names')]
  const decorated = [
    // The program itself recognises longer decorations (password::common); these spell out the usual ones.
    ...ended([...get('stems'), ...names], get('endings')),
    ...ended(names, get('name-endings')),
  ]
  const bare = [...get('stems'), ...names, ...persons]
  return [...get('whole'), ...decorated, ...bare]
}

function usable(word) {
  return word.length <= LONGEST && (word.length >= SHORTEST_PASSWORD || STEM.test(word))
}

const [output] = process.argv.slice(2)
if (!output) throw new Error('use: passwords.mjs OUTPUT')
const tidy = (words) => new Set(words.map((word) => word.normalize('NFC').toLowerCase()).filter(usable))
const own = tidy(vietnamese())
if (own.size < OWN_LEAST) throw new Error(`only ${own.size} Vietnamese passwords`)
const base = tidy(listed())
// The program compares bytes, so the order is that of bytes.
const all = [...new Set([...base, ...own])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
writeFileSync(output, all.join('\n') + '\n')
console.log(`${all.length} lines: ${base.size} from ${PACKAGE} ${VERSION}, ${own.size} of our own`)
