import '../ui/theme.css'
import '../ui/formPage.css'
import { registerToolkit } from '../ui/toolkit.ts'
import { ConnectionSettings } from './settings.ts'

registerToolkit()
customElements.define('hks-connection-settings', ConnectionSettings)
document.body.append(document.createElement('hks-connection-settings'))
