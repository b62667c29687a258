import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the standard library is changed for a build: a line behind the head of a function. */
const insertions: readonly { readonly file: string; readonly head: string; readonly line: string }[] = [
  {
    file: 'file.go',
    head: 'func (f *File) Write(b []byte) (n int, err error) {\n',
    line: '\tif f.hksCaptured() {\n\t\thksWrite(f == hksErr, hksLabel(), b)\n\t\treturn len(b), nil\n\t}\n',
  },
  {
    file: 'file.go',
    head: 'func (f *File) ReadFrom(r io.Reader) (n int64, err error) {\n',
    line: '\tif f.hksCaptured() {\n\t\treturn genericReadFrom(f, r)\n\t}\n',
  },
  {
    file: 'proc.go',
    head: 'func Exit(code int) {\n',
    line: '\tif hksBeforeExit != nil {\n\t\thksBeforeExit()\n\t}\n',
  },
]

/**
 * Writes an overlay for `go build -overlay` that lets a function take what is printed through os.Stdout and os.Stderr
 * (`runtimes/go/overlay/os.go.txt`). Answers its path, or `undefined` where a future standard library looks different:
 * then what is printed stays on the plain pipes.
 */
export async function writeGoOverlay(goRoot: string, addition: string, folder: string): Promise<string | undefined> {
  const standard = join(goRoot, 'src/os')
  const replace: Record<string, string> = { [join(standard, 'hks.go')]: addition }
  for (const file of new Set(insertions.map(({ file }) => file))) {
    let text = await readFile(join(standard, file), 'utf8')
    for (const { head, line } of insertions.filter(insertion => insertion.file === file)) {
      if (text.split(head).length !== 2) return undefined
      text = text.replace(head, () => head + line)
    }
    replace[join(standard, file)] = join(folder, file)
    await writeFile(join(folder, file), text)
  }
  const overlay = join(folder, 'overlay.json')
  await writeFile(overlay, JSON.stringify({ Replace: replace }))
  return overlay
}
