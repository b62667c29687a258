import '../ui/theme.css'
import '../ui/logView.css'
import './functionInvoke.css'
import { LogView } from '../ui/logView.ts'
import { registerToolkit } from '../ui/toolkit.ts'
import { FunctionInvoke } from './invoke.ts'
import { PayloadEditor } from './payloadEditor.ts'

registerToolkit()
customElements.define('hks-log', LogView)
customElements.define('hks-payload', PayloadEditor)
customElements.define('hks-function-invoke', FunctionInvoke)
document.body.append(document.createElement('hks-function-invoke'))
