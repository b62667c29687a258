import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Connection } from '../../../src/contract/connections.ts'
import { HksError, invalidField } from '../../../src/contract/errors.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import { connection, connectionSettingsHost, settingsInit } from '../support/connectionSettingsHost.ts'
import { accessibilityViolations, type OpenWebview } from '../support/openWebview.ts'
import { heldSave } from '../support/heldSave.ts'
import { pagesOfSuite } from '../support/pagesOfSuite.ts'
import type { ThemeName } from '../support/themes.ts'

describeInVscode('the settings of a connection in a browser', () => {
  const openPage = pagesOfSuite('connectionSettings')
  let open: OpenWebview<'connectionSettings'>

  async function start(
    given: Partial<Connection> = {},
    change: Parameters<typeof connectionSettingsHost>[1] = {},
    look: { theme?: ThemeName; width?: number } = {},
  ) {
    const host = connectionSettingsHost(settingsInit(given), change)
    open = await openPage({ handlers: host.handlers, listeners: host.listeners, ...look })
    await open.page.getByRole('heading', { name: 'Settings of' }).waitFor()
    return { page: open.page, host }
  }
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true })
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click()
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id)

  it('shows what is set, what is the default, and what the connection leads to', async () => {
    const { page } = await start({ registry: 'r.example.com/team', readOnly: true, runtimeImages: { node: 'n:1' } })
    await page.getByText('Context kind-dev · https://127.0.0.1:6443 · /home/ada/.kube/config').waitFor()
    await page.getByText('Open now: default.').waitFor()
    assert.equal(await field(page, 'Registry').inputValue(), 'r.example.com/team')
    assert.equal(await field(page, 'Image for Node').inputValue(), 'n:1')
    assert.equal(await field(page, 'Image for Python').getAttribute('placeholder'), 'python:3-slim')
    assert.equal(await page.getByRole('checkbox', { name: 'Read-only', checked: true }).count(), 1)
  })

  it('saves only what was changed, and namespaces that were typed', async () => {
    const { page, host } = await start()
    await field(page, 'Open more namespaces').fill('team-a, team-b')
    await page.getByRole('checkbox', { name: 'Read-only' }).click()
    await field(page, 'Registry').fill('r.example.com/team')
    await field(page, 'Platform').selectOption('linux/arm64')
    await press(page, 'Browse…')
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-registryCa')?.value !== '')
    await field(page, 'Registries without TLS').fill('10.0.0.5:5000')
    await field(page, 'Image for Go').fill('gcr.io/distroless/base')
    await field(page, 'Address of the ingress').fill('http://10.0.0.5:8080')
    assert.equal(host.dirty.at(-1), true)
    await page.keyboard.press('Control+Enter')
    await page.getByText('Saved.').waitFor()
    assert.deepEqual(host.saved, [
      {
        change: {
          ...{ readOnly: true, runtimeImages: { go: 'gcr.io/distroless/base' }, registry: 'r.example.com/team' },
          ...{ insecureRegistries: ['10.0.0.5:5000'], registryCa: '/etc/ssl/registry.pem' },
          ...{ platform: 'linux/arm64', ingress: 'http://10.0.0.5:8080' },
        },
        namespaces: ['team-a', 'team-b'],
      },
    ])
    await page.getByText('Open now: default, team-a, team-b.').waitFor()
    assert.equal(await field(page, 'Open more namespaces').inputValue(), '')
    assert.equal(host.dirty.at(-1), false)
    await press(page, 'Save')
    await page.getByText('There is nothing to save').waitFor()
  })

  it('says what is wrong at its field, lists it and goes there', async () => {
    const { page, host } = await start()
    await field(page, 'Registry').fill('https://r.example.com')
    await field(page, 'Address of the ingress').fill('10.0.0.5')
    await page.getByText(/no https:\/\/ and no tag/).waitFor()
    assert.equal(await field(page, 'Registry').getAttribute('aria-invalid'), 'true')
    await press(page, 'Save')
    assert.match(await page.locator('.notices').innerText(), /2 things to mend:\s*Registry,\s*Address of the ingress/)
    assert.equal(await focused(page), 'field-registry')
    await press(page, 'Address of the ingress')
    await page.waitForFunction(() => document.activeElement?.id === 'field-ingress')
    assert.deepEqual(host.saved, [])
  })

  it('shows what the gateway refuses at the field that it names, until it is changed', async () => {
    let asked = 0
    const refuse = () => {
      asked++
      return Promise.reject(invalidField('namespaces', 'nope', 'can not be opened.', 'Ask its owner.'))
    }
    const { page } = await start({}, { save: refuse })
    await field(page, 'Open more namespaces').fill('nope')
    await press(page, 'Save')
    await page.locator('#field-namespaces-note').getByText('can not be opened. Ask its owner.').waitFor()
    assert.equal(await focused(page), 'field-namespaces')
    // Its reason may be gone by now.
    await press(page, 'Save')
    await eventually(async () => assert.equal(asked, 2))
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor()
    await page.locator('#field-namespaces-note').getByText('can not be opened. Ask its owner.').waitFor()
    await field(page, 'Open more namespaces').fill('other')
    await page.locator('#field-namespaces-note').getByText('can not be opened').waitFor({ state: 'detached' })
  })

  it('says beside Save what is refused of a form that has changed meanwhile', async () => {
    const { save, asked, refuse } = heldSave()
    const { page } = await start({}, { save })
    await field(page, 'Open more namespaces').fill('nope')
    await press(page, 'Save')
    await asked
    await field(page, 'Open more namespaces').fill('other')
    refuse(invalidField('namespaces', 'nope', 'can not be opened.'))
    await page.locator('.notices').getByText('Not saved: namespaces: can not be opened.').waitFor()
    assert.equal(await page.locator('#field-namespaces-note').getByText('can not be opened').count(), 0)
  })

  it('shows other failures beside Save, and tries again', async () => {
    let isDown = true
    const host = connectionSettingsHost(settingsInit())
    const { page } = await start(
      {},
      {
        save: (params, signal) => {
          if (isDown) throw new HksError('GATEWAY_UNREACHABLE', 'The gateway did not answer.')
          return host.handlers.save(params, signal)
        },
      },
    )
    await field(page, 'Registry').fill('r')
    await press(page, 'Save')
    await page.getByText('Not saved: The gateway did not answer.').waitFor()
    isDown = false
    await press(page, 'Try again')
    await page.getByText('Saved.').waitFor()
  })

  it('follows a connection that changes elsewhere, and keeps what is being typed', async () => {
    const { page, host } = await start()
    await field(page, 'Registry').fill('mine.example.com')
    const later = connection({ name: 'dev', registry: 'theirs.example.com', ingress: 'http://a' })
    open.emit('shown', { connection: later, namespaces: ['default', 'team-a'] })
    await page.getByRole('heading', { name: 'Settings of dev' }).waitFor()
    await page.getByText('Open now: default, team-a.').waitFor()
    assert.equal(await field(page, 'Address of the ingress').inputValue(), 'http://a')
    assert.equal(await field(page, 'Registry').inputValue(), 'mine.example.com')
    await press(page, 'Save')
    await page.getByText('Saved.').waitFor()
    assert.deepEqual(host.saved[0]?.change, { registry: 'mine.example.com' })
  })

  it('says that its cluster does not answer, and that it was forgotten', async () => {
    const { page } = await start({ state: 'failed', message: 'connect ECONNREFUSED', hint: 'Start it.' })
    await page.getByText('connect ECONNREFUSED').waitFor()
    await page.getByText('Start it.').waitFor()
    open.emit('deleted', { id: 'connection-1' })
    await page.getByText('This cluster was forgotten.').waitFor()
  })

  it('asks before it drops changes, and closes at once without', async () => {
    const { page, host } = await start()
    await field(page, 'Name').fill('dev')
    await page.keyboard.press('Escape')
    await page.getByText('Your changes are not saved.').waitFor()
    await press(page, 'Keep editing')
    assert.deepEqual(host.closed, [])
    await field(page, 'Name').fill('staging')
    await press(page, 'Close')
    await open.delivered()
    assert.deepEqual(host.closed, [true])
  })

  it('keeps what was typed over a reload', async () => {
    const { page } = await start()
    await field(page, 'Image for Python').fill('python:3.13')
    await page.reload()
    await page.getByRole('heading', { name: 'Settings of' }).waitFor()
    assert.equal(await field(page, 'Image for Python').inputValue(), 'python:3.13')
  })

  it('says why it could not be opened, and retries', async () => {
    let isDown = true
    const host = connectionSettingsHost(settingsInit(), {
      init: () => {
        if (isDown) throw new HksError('NOT_FOUND', 'No connection "x" exists.')
        return settingsInit()
      },
    })
    open = await openPage({ handlers: host.handlers, listeners: host.listeners })
    await open.page.getByText('The settings could not be opened: No connection "x" exists.').waitFor()
    isDown = false
    await press(open.page, 'Retry')
    await open.page.getByRole('heading', { name: 'Settings of' }).waitFor()
  })

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const)
    it(`has no accessibility fault in ${theme}, with a fault shown`, async () => {
      const { page } = await start({}, {}, { theme })
      await field(page, 'Name').fill('')
      await press(page, 'Save')
      await page.getByText('A cluster needs a name.').waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
    })

  for (const width of [300, 450])
    it(`fits into ${width} pixels`, async () => {
      const { page } = await start({ state: 'failed', message: 'x'.repeat(200) }, {}, { width })
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      assert.equal(overflow, 0)
    })
})
