import { render } from 'preact'
render(<p>OpenStack monitoring</p>, document.querySelector('#page')!)
