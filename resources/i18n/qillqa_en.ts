<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB" sourcelanguage="es_BO">
<context>
    <name>Acts</name>
    <message>
        <source>Enviar a firma</source>
        <translation>Send for signature</translation>
    </message>
    <message>
        <source>Se le asigna su CITE y la página queda fija: ya no se podrá cambiar el texto. ¿Está como debe ser?</source>
        <translation>It gets its CITE and the page is fixed: the text can no longer be changed. Is it as it should be?</translation>
    </message>
    <message>
        <source>Enviado a firma, con su CITE.</source>
        <translation>Sent for signature, with its CITE.</translation>
    </message>
    <message>
        <source>Recibir</source>
        <translation>Receive</translation>
    </message>
    <message>
        <source>Recibido. Está en Pendientes.</source>
        <translation>Received. It is in Pending.</translation>
    </message>
    <message>
        <source>Firmar</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>Dar V°B°</source>
        <translation>Approve</translation>
    </message>
    <message>
        <source>Su conformidad queda registrada y el documento sigue su vía.</source>
        <translation>Your approval is recorded and the document goes on its way.</translation>
    </message>
    <message>
        <source>Conformidad registrada.</source>
        <translation>Approval recorded.</translation>
    </message>
    <message>
        <source>Derivar</source>
        <translation>Dispatch</translation>
    </message>
    <message>
        <source>Responder</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Depositar</source>
        <translation>Deposit</translation>
    </message>
    <message>
        <source>Se entrega al archivo para conservarse. Lo depositado no se borra.</source>
        <translation>It is handed to the archive for keeping. What is deposited is never deleted.</translation>
    </message>
    <message>
        <source>Entregado al archivo. El acuse llegará solo.</source>
        <translation>Handed to the archive. The receipt will come by itself.</translation>
    </message>
    <message>
        <source>Observar</source>
        <translation>Observe</translation>
    </message>
    <message>
        <source>Vuelve directamente a quien lo escribió, con su observación.</source>
        <translation>It goes straight back to its author, with your remark.</translation>
    </message>
    <message>
        <source>Devuelto a su autor con la observación.</source>
        <translation>Returned to its author with the remark.</translation>
    </message>
    <message>
        <source>Rechazar</source>
        <translation>Reject</translation>
    </message>
    <message>
        <source>Vuelve a quien lo derivó, con el motivo.</source>
        <translation>It goes back to who dispatched it, with the reason.</translation>
    </message>
    <message>
        <source>Rechazado. Vuelve a quien lo derivó.</source>
        <translation>Rejected. It goes back to who dispatched it.</translation>
    </message>
    <message>
        <source>Archivar</source>
        <translation>File</translation>
    </message>
    <message>
        <source>Queda concluido y pasa a Archivo. Puede sacarlo de ahí más adelante.</source>
        <translation>It is concluded and moves to Archive. You can take it out again later.</translation>
    </message>
    <message>
        <source>Concluido. Está en Archivo.</source>
        <translation>Concluded. It is in Archive.</translation>
    </message>
    <message>
        <source>Cancelar derivación</source>
        <translation>Cancel dispatch</translation>
    </message>
    <message>
        <source>Solo se puede mientras no lo reciban. Vuelve a sus Pendientes.</source>
        <translation>Only possible until it is received. It returns to your Pending.</translation>
    </message>
    <message>
        <source>Derivación cancelada. Está de nuevo en Pendientes.</source>
        <translation>Dispatch cancelled. It is in Pending again.</translation>
    </message>
    <message>
        <source>Sacar del archivo</source>
        <translation>Take out of the archive</translation>
    </message>
    <message>
        <source>Vuelve a sus Pendientes; lo que consta en su hoja de ruta queda.</source>
        <translation>It returns to your Pending; what its routing slip says stays.</translation>
    </message>
    <message>
        <source>Está de nuevo en Pendientes.</source>
        <translation>It is in Pending again.</translation>
    </message>
</context>
<context>
    <name>AskPane</name>
    <message>
        <source>Confirmar</source>
        <translation>Confirm</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
</context>
<context>
    <name>AttachmentsTab</name>
    <message>
        <source>No tiene adjuntos</source>
        <translation>No attachments</translation>
    </message>
    <message>
        <source>huella {digest}…</source>
        <translation>digest {digest}…</translation>
    </message>
    <message>
        <source>aún no llegó</source>
        <translation>not here yet</translation>
    </message>
    <message>
        <source>Guardar una copia</source>
        <translation>Save a copy</translation>
    </message>
    <message>
        <source>Guardar una copia de {name}</source>
        <translation>Save a copy of {name}</translation>
    </message>
    <message>
        <source>Copia guardada.</source>
        <translation>Copy saved.</translation>
    </message>
</context>
<context>
    <name>DeskPane</name>
    <message>
        <source>No se pudo abrir la bandeja</source>
        <translation>The tray could not be opened</translation>
    </message>
    <message>
        <source>Sus documentos siguen guardados. Pruebe otra vez.</source>
        <translation>Your documents are still kept. Try again.</translation>
    </message>
</context>
<context>
    <name>DispatchPane</name>
    <message>
        <source>Para</source>
        <translation>To</translation>
    </message>
    <message>
        <source>Acción</source>
        <translation>Action</translation>
    </message>
    <message>
        <source>Proveído</source>
        <translation>Remark</translation>
    </message>
    <message>
        <source>Opcional: lo que quien recibe debe saber</source>
        <translation>Optional: what the recipient should know</translation>
    </message>
    <message>
        <source>Con plazo hasta</source>
        <translation>Due by</translation>
    </message>
    <message>
        <source>Fecha del plazo</source>
        <translation>Due date</translation>
    </message>
    <message>
        <source>Urgente</source>
        <translation>Urgent</translation>
    </message>
    <message>
        <source>Copia a</source>
        <translation>Copy to</translation>
    </message>
    <message>
        <source>Añadir copia</source>
        <translation>Add copy</translation>
    </message>
    <message>
        <source>Derivar</source>
        <translation>Dispatch</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Elija a quién</source>
        <translation>Choose whom</translation>
    </message>
    <message>
        <source>Elija a quién (opcional)</source>
        <translation>Choose whom (optional)</translation>
    </message>
    <message>
        <source>Quitar la copia a {name}</source>
        <translation>Remove the copy to {name}</translation>
    </message>
    <message>
        <source>Elija a quién se deriva.</source>
        <translation>Choose whom to dispatch it to.</translation>
    </message>
    <message>
        <source>Se entrega solo cuando haya conexión. Puede cancelarlo mientras no lo reciban.</source>
        <translation>It is delivered by itself once there is a connection. You can cancel it until it is received.</translation>
    </message>
    <message>
        <source>Derivado a {name}.</source>
        <translation>Dispatched to {name}.</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>No se pudo completar.</source>
        <translation>It could not be completed.</translation>
    </message>
    <message>
        <source>Anote el código {code} y consulte al soporte.</source>
        <translation>Note the code {code} and ask support.</translation>
    </message>
    <message>
        <source>El programa falló en algo que no debía.</source>
        <translation>The program failed at something it should not have.</translation>
    </message>
    <message>
        <source>No es culpa suya. Lo que ya estaba guardado sigue guardado.</source>
        <translation>It is not your fault. What was kept is still kept.</translation>
    </message>
    <message>
        <source>Puede seguir trabajando. Copie el detalle y envíelo al soporte.</source>
        <translation>You can go on working. Copy the detail and send it to support.</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Copiar detalle</source>
        <translation>Copy detail</translation>
    </message>
    <message>
        <source>Cerrar el aviso</source>
        <translation>Close the notice</translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>Documento</source>
        <translation>Document</translation>
    </message>
    <message>
        <source>Página {page} de {pages}</source>
        <translation>Page {page} of {pages}</translation>
    </message>
    <message>
        <source>Esta página no se puede mostrar.</source>
        <translation>This page cannot be shown.</translation>
    </message>
    <message>
        <source>Preparando la página…</source>
        <translation>Preparing the page…</translation>
    </message>
</context>
<context>
    <name>PagesTab</name>
    <message>
        <source>Más pequeño</source>
        <translation>Smaller</translation>
    </message>
    <message>
        <source>Más grande</source>
        <translation>Larger</translation>
    </message>
    <message>
        <source>Ajustar al ancho</source>
        <translation>Fit the width</translation>
    </message>
    <message>
        <source>Página {page} de {pages}</source>
        <translation>Page {page} of {pages}</translation>
    </message>
</context>
<context>
    <name>PinDialog</name>
    <message>
        <source>PIN de su token</source>
        <translation>PIN of your token</translation>
    </message>
    <message>
        <source>Escriba el PIN de su token</source>
        <translation>Type the PIN of your token</translation>
    </message>
    <message>
        <source>Token «{label}», serie {serial}</source>
        <translation>Token “{label}”, serial {serial}</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Cerrar</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>De {low} a {high} caracteres. No se guarda en ninguna parte.</source>
        <translation>{low} to {high} characters. It is not kept anywhere.</translation>
    </message>
    <message>
        <source>Firmar</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>Cancelar</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Bandejas</source>
        <translation>Trays</translation>
    </message>
    <message>
        <source>Nuevo documento</source>
        <translation>New document</translation>
    </message>
    <message>
        <source>Verificar</source>
        <translation>Verify</translation>
    </message>
    <message>
        <source>Sincronizar · F5</source>
        <translation>Synchronise · F5</translation>
    </message>
    <message>
        <source>Sincronizar</source>
        <translation>Synchronise</translation>
    </message>
    <message>
        <source>Sincronizando…</source>
        <translation>Synchronising…</translation>
    </message>
    <message>
        <source>Oficina de práctica: sin valor legal</source>
        <translation>Practice office: no legal value</translation>
    </message>
    <message>
        <source>Con conexión</source>
        <translation>Connected</translation>
    </message>
    <message>
        <source>Sin conexión</source>
        <translation>Not connected</translation>
    </message>
    <message>
        <source>Sin conexión desde {since}</source>
        <translation>Not connected since {since}</translation>
    </message>
    <message>
        <source>1 envío en cola, se entregará solo</source>
        <translation>1 delivery waits and will go by itself</translation>
    </message>
    <message>
        <source>{n} envíos en cola, se entregarán solos</source>
        <translation>{n} deliveries wait and will go by themselves</translation>
    </message>
    <message>
        <source>Todo está entregado</source>
        <translation>Everything is delivered</translation>
    </message>
    <message>
        <source>Sin token</source>
        <translation>No token</translation>
    </message>
    <message>
        <source>Conéctelo cuando vaya a firmar</source>
        <translation>Plug it in when you sign</translation>
    </message>
    <message>
        <source>Token: {name}</source>
        <translation>Token: {name}</translation>
    </message>
    <message>
        <source>No tiene un certificado que pueda firmar</source>
        <translation>It has no certificate that can sign</translation>
    </message>
    <message>
        <source>Certificado vigente, {until}</source>
        <translation>Certificate in force, {until}</translation>
    </message>
    <message>
        <source>Ver los que esperan</source>
        <translation>See what waits</translation>
    </message>
    <message>
        <source>Ver los documentos que esperan sello de tiempo</source>
        <translation>See the documents that wait for a timestamp</translation>
    </message>
    <message>
        <source>El más antiguo, desde {since}.</source>
        <translation>The oldest one, since {since}.</translation>
    </message>
</context>
<context>
    <name>ReaderPane</name>
    <message>
        <source>Volver a la lista</source>
        <translation>Back to the list</translation>
    </message>
    <message>
        <source>CITE y fecha</source>
        <translation>CITE and date</translation>
    </message>
    <message>
        <source>Documento</source>
        <translation>Document</translation>
    </message>
    <message>
        <source>Hoja de ruta</source>
        <translation>Routing slip</translation>
    </message>
    <message>
        <source>Firmas</source>
        <translation>Signatures</translation>
    </message>
    <message>
        <source>Adjuntos</source>
        <translation>Attachments</translation>
    </message>
    <message>
        <source>Detalle</source>
        <translation>Detail</translation>
    </message>
    <message>
        <source>Elija un documento de la lista</source>
        <translation>Choose a document from the list</translation>
    </message>
    <message>
        <source>La página se compone al enviarlo a firma.</source>
        <translation>The page is set when it is sent for signature.</translation>
    </message>
    <message>
        <source>El documento aún no llegó. Vendrá solo al sincronizar.</source>
        <translation>The document has not arrived yet. It comes by itself when you synchronise.</translation>
    </message>
    <message>
        <source>Firma sin verificar en este equipo</source>
        <translation>Signature not verified on this computer</translation>
    </message>
    <message>
        <source>Más acciones</source>
        <translation>More actions</translation>
    </message>
    <message>
        <source>Observación</source>
        <translation>Remark</translation>
    </message>
    <message>
        <source>Motivo</source>
        <translation>Reason</translation>
    </message>
</context>
<context>
    <name>SignaturesTab</name>
    <message>
        <source>Verificar ahora</source>
        <translation>Verify now</translation>
    </message>
    <message>
        <source>Todavía no se verificó en este equipo.</source>
        <translation>Not verified on this computer yet.</translation>
    </message>
    <message>
        <source>Sus bytes aún no llegaron.</source>
        <translation>Its bytes have not arrived yet.</translation>
    </message>
</context>
<context>
    <name>SigningPane</name>
    <message>
        <source>Firmar</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>Firma con</source>
        <translation>Sign with</translation>
    </message>
    <message>
        <source>Certificado con el que firma</source>
        <translation>Certificate to sign with</translation>
    </message>
    <message>
        <source>Buscar otra vez</source>
        <translation>Search again</translation>
    </message>
    <message>
        <source>Vuelve a buscar los tokens conectados</source>
        <translation>Searches the connected tokens again</translation>
    </message>
    <message>
        <source>Firmar con mi PIN</source>
        <translation>Sign with my PIN</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Avance de la firma</source>
        <translation>Progress of signing</translation>
    </message>
    <message>
        <source>Antes del PIN</source>
        <translation>Before the PIN</translation>
    </message>
    <message>
        <source>{n} documentos, un solo PIN</source>
        <translation>{n} documents, one PIN</translation>
    </message>
    <message>
        <source>Buscando el token…</source>
        <translation>Looking for the token…</translation>
    </message>
    <message>
        <source>Examinar…</source>
        <translation>Browse…</translation>
    </message>
    <message>
        <source>Indica el archivo del controlador de su token</source>
        <translation>Points to the file of your token's driver</translation>
    </message>
    <message>
        <source>Controlador de su token</source>
        <translation>Your token's driver</translation>
    </message>
    <message>
        <source>Controladores (*.so *.so.* *.dll *.dylib);;Todos los archivos (*)</source>
        <translation>Drivers (*.so *.so.* *.dll *.dylib);;All files (*)</translation>
    </message>
    <message>
        <source>Se guardó el controlador: {name}.</source>
        <translation>The driver was kept: {name}.</translation>
    </message>
    <message>
        <source>No se encontró un token con un certificado que pueda firmar. Conéctelo: aparecerá aquí solo.</source>
        <translation>No token with a certificate that can sign was found. Plug it in: it appears here by itself.</translation>
    </message>
    <message>
        <source>Token «{label}» presente. {pin}</source>
        <translation>Token “{label}” present. {pin}</translation>
    </message>
    <message>
        <source>Certificado vigente, {until}</source>
        <translation>Certificate in force, {until}</translation>
    </message>
    <message>
        <source>Sin conexión: la hora será la de este equipo; el sello de tiempo se pondrá solo después</source>
        <translation>Not connected: the time will be this computer's; the timestamp will be added by itself later</translation>
    </message>
    <message>
        <source>Revisando el documento…</source>
        <translation>Checking the document…</translation>
    </message>
    <message>
        <source>Firmando {name}…</source>
        <translation>Signing {name}…</translation>
    </message>
    <message>
        <source>Deteniendo después de este documento…</source>
        <translation>Stopping after this document…</translation>
    </message>
    <message>
        <source>Esperando el token…</source>
        <translation>Waiting for the token…</translation>
    </message>
    <message>
        <source>Detener</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>No se firmó nada.</source>
        <translation>Nothing was signed.</translation>
    </message>
    <message>
        <source>Usted canceló antes de que el token firmara.</source>
        <translation>You cancelled before the token signed.</translation>
    </message>
    <message>
        <source>Firma terminada</source>
        <translation>Signing has ended</translation>
    </message>
    <message>
        <source>Se firmaron {made} de {all} documentos.</source>
        <translation>{made} of {all} documents were signed.</translation>
    </message>
    <message>
        <source>Documento firmado.</source>
        <translation>Document signed.</translation>
    </message>
    <message>
        <source>{n} documentos firmados.</source>
        <translation>{n} documents signed.</translation>
    </message>
    <message>
        <source>Todavía sin sello de tiempo (nivel B-B): se pondrá solo cuando haya conexión.</source>
        <translation>No timestamp yet (level B-B): it will be added by itself once there is a connection.</translation>
    </message>
    <message>
        <source>Usted detuvo la firma; los demás quedan como estaban y siguen en Por firmar.</source>
        <translation>You stopped the signing; the others are as they were and still under To sign.</translation>
    </message>
</context>
<context>
    <name>Slip</name>
    <message>
        <source>Salió {when}</source>
        <translation>Left {when}</translation>
    </message>
    <message>
        <source>copia</source>
        <translation>copy</translation>
    </message>
    <message>
        <source>Urgente</source>
        <translation>Urgent</translation>
    </message>
    <message>
        <source>Enviado {when} por {who}</source>
        <translation>Sent {when} by {who}</translation>
    </message>
    <message>
        <source>Plazo: {day}</source>
        <translation>Due: {day}</translation>
    </message>
    <message>
        <source>Motivo: {reason}</source>
        <translation>Reason: {reason}</translation>
    </message>
    <message>
        <source>Aún no recibido</source>
        <translation>Not received yet</translation>
    </message>
    <message>
        <source>Rechazado</source>
        <translation>Rejected</translation>
    </message>
    <message>
        <source>Derivación cancelada</source>
        <translation>Dispatch cancelled</translation>
    </message>
    <message>
        <source>Recibido</source>
        <translation>Received</translation>
    </message>
    <message>
        <source>Recibido y derivado</source>
        <translation>Received and passed on</translation>
    </message>
    <message>
        <source>Recibido y concluido</source>
        <translation>Received and concluded</translation>
    </message>
    <message>
        <source>Un paso de esta hoja de ruta fue alterado</source>
        <translation>One step of this routing slip was altered</translation>
    </message>
    <message>
        <source>{n} pasos de esta hoja de ruta fueron alterados</source>
        <translation>{n} steps of this routing slip were altered</translation>
    </message>
    <message>
        <source>Su firma no corresponde a lo que dice. Avise al encargado de sistemas antes de actuar.</source>
        <translation>Its signature does not match what it says. Tell your IT person before you act.</translation>
    </message>
    <message>
        <source>Falta un paso de esta hoja de ruta</source>
        <translation>One step of this routing slip is missing</translation>
    </message>
    <message>
        <source>Faltan {n} pasos de esta hoja de ruta</source>
        <translation>{n} steps of this routing slip are missing</translation>
    </message>
    <message>
        <source>Puede que todavía no haya llegado. Sincronice; si continúa, pida la hoja a su origen.</source>
        <translation>It may not have arrived yet. Synchronise; if it stays so, ask its origin for the slip.</translation>
    </message>
    <message>
        <source>La cadena está completa</source>
        <translation>The chain is complete</translation>
    </message>
    <message>
        <source>Un paso, firmado por el equipo de quien lo hizo. Ninguno falta y ninguno cambió.</source>
        <translation>One step, signed by the computer of who did it. None is missing and none changed.</translation>
    </message>
    <message>
        <source>{n} pasos, cada uno firmado por el equipo de quien lo hizo. Ninguno falta y ninguno cambió.</source>
        <translation>{n} steps, each signed by the computer of who did it. None is missing and none changed.</translation>
    </message>
</context>
<context>
    <name>SlipPane</name>
    <message>
        <source>Todavía no tiene hoja de ruta</source>
        <translation>No routing slip yet</translation>
    </message>
    <message>
        <source>Se abre sola cuando lo derive por primera vez.</source>
        <translation>It opens by itself when you first dispatch it.</translation>
    </message>
    <message>
        <source>Hoja de ruta {number}</source>
        <translation>Routing slip {number}</translation>
    </message>
    <message>
        <source>Hay dos derivaciones oficiales desde un mismo lugar</source>
        <translation>Two official dispatches leave from one place</translation>
    </message>
    <message>
        <source>Dos equipos lo derivaron sin saber uno del otro. Acuerde con ellos cuál vale y cancele la otra.</source>
        <translation>Two computers dispatched it without knowing of each other. Agree which one holds and cancel the other.</translation>
    </message>
</context>
<context>
    <name>Summary</name>
    <message>
        <source>Observado</source>
        <translation>Observed</translation>
    </message>
    <message>
        <source>Espera la firma de {name}</source>
        <translation>Waits for the signature of {name}</translation>
    </message>
    <message>
        <source>Hoja de ruta</source>
        <translation>Routing slip</translation>
    </message>
    <message>
        <source>Verificando la firma…</source>
        <translation>Verifying the signature…</translation>
    </message>
    <message>
        <source>Ver detalle</source>
        <translation>See details</translation>
    </message>
    <message>
        <source>Ver detalle de las firmas</source>
        <translation>See details of the signatures</translation>
    </message>
    <message>
        <source>Borrador</source>
        <translation>Draft</translation>
    </message>
    <message>
        <source>El CITE se asigna al enviarlo a firma.</source>
        <translation>The CITE is assigned when it is sent for signature.</translation>
    </message>
    <message>
        <source>Sin firma todavía</source>
        <translation>Not signed yet</translation>
    </message>
    <message>
        <source>La página ya es fija; falta firmarla.</source>
        <translation>The page is fixed; it remains to be signed.</translation>
    </message>
    <message>
        <source>Sin verificar en este equipo</source>
        <translation>Not verified on this computer</translation>
    </message>
    <message>
        <source>Dice tener una firma.</source>
        <translation>It says it has one signature.</translation>
    </message>
    <message>
        <source>Dice tener {n} firmas.</source>
        <translation>It says it has {n} signatures.</translation>
    </message>
    <message>
        <source>Verificar ahora</source>
        <translation>Verify now</translation>
    </message>
</context>
<context>
    <name>TrayPane</name>
    <message>
        <source>Buscar por CITE, persona o palabra · Ctrl+F</source>
        <translation>Search CITE, person or word · Ctrl+F</translation>
    </message>
    <message>
        <source>Buscar en la bandeja</source>
        <translation>Search the tray</translation>
    </message>
    <message>
        <source>Abriendo la bandeja…</source>
        <translation>Opening the tray…</translation>
    </message>
    <message>
        <source>No se encontró «{words}»</source>
        <translation>“{words}” was not found</translation>
    </message>
    <message>
        <source>Pruebe con otra palabra, el CITE o el número de hoja de ruta.</source>
        <translation>Try another word, the CITE or the number of the routing slip.</translation>
    </message>
    <message>
        <source>Nada con este filtro</source>
        <translation>Nothing with this filter</translation>
    </message>
    <message>
        <source>«Todos» muestra la bandeja completa.</source>
        <translation>“All” shows the whole tray.</translation>
    </message>
    <message>
        <source>Todos {n}</source>
        <translation>All {n}</translation>
    </message>
    <message>
        <source>Urgentes {n}</source>
        <translation>Urgent {n}</translation>
    </message>
    <message>
        <source>Con plazo {n}</source>
        <translation>With due date {n}</translation>
    </message>
    <message>
        <source>Copias {n}</source>
        <translation>Copies {n}</translation>
    </message>
    <message>
        <source>1 documento</source>
        <translation>1 document</translation>
    </message>
    <message>
        <source>{n} documentos</source>
        <translation>{n} documents</translation>
    </message>
</context>
<context>
    <name>Trays</name>
    <message>
        <source>urgente</source>
        <translation>urgent</translation>
    </message>
    <message>
        <source>Urgente</source>
        <translation>Urgent</translation>
    </message>
    <message>
        <source>copia</source>
        <translation>copy</translation>
    </message>
</context>
<context>
    <name>Verify</name>
    <message>
        <source>persona no identificada</source>
        <translation>unidentified person</translation>
    </message>
    <message>
        <source>Firma íntegra y vigente</source>
        <translation>Signature intact and in force</translation>
    </message>
    <message>
        <source>El documento no cambió desde que se firmó, y el certificado valía en ese momento.</source>
        <translation>The document has not changed since it was signed, and the certificate was good at that time.</translation>
    </message>
    <message>
        <source>Puede confiar en este documento.</source>
        <translation>You can rely on this document.</translation>
    </message>
    <message>
        <source>Con lo que hay aquí no se puede afirmar que la firma valga</source>
        <translation>What is here does not suffice to say that the signature holds</translation>
    </message>
    <message>
        <source>Falta una prueba: por ejemplo, la respuesta de revocación o un sello de tiempo.</source>
        <translation>A proof is missing: for example the revocation answer, or a timestamp.</translation>
    </message>
    <message>
        <source>Verifique otra vez con conexión antes de decidir sobre él.</source>
        <translation>Verify again with a connection before you decide on it.</translation>
    </message>
    <message>
        <source>La firma no es válida</source>
        <translation>The signature is not valid</translation>
    </message>
    <message>
        <source>El documento cambió después de firmarse, o el certificado no valía.</source>
        <translation>The document changed after it was signed, or the certificate was not good.</translation>
    </message>
    <message>
        <source>No lo acepte. Pida el original a quien lo envió.</source>
        <translation>Do not accept it. Ask the sender for the original.</translation>
    </message>
    <message>
        <source>Este documento no tiene firmas</source>
        <translation>This document has no signatures</translation>
    </message>
    <message>
        <source>No se puede saber quién lo hizo ni si cambió.</source>
        <translation>One cannot know who made it or whether it changed.</translation>
    </message>
    <message>
        <source>Si debía estar firmado, pida el original.</source>
        <translation>If it should be signed, ask for the original.</translation>
    </message>
    <message>
        <source>Este archivo no se puede leer</source>
        <translation>This file cannot be read</translation>
    </message>
    <message>
        <source>Está dañado, protegido o no es un PDF.</source>
        <translation>It is damaged, protected or not a PDF.</translation>
    </message>
    <message>
        <source>Pida otra copia a quien lo envió.</source>
        <translation>Ask the sender for another copy.</translation>
    </message>
    <message>
        <source>Nivel</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>Sello de tiempo</source>
        <translation>Timestamp</translation>
    </message>
    <message>
        <source>Firmante</source>
        <translation>Signer</translation>
    </message>
    <message>
        <source>No identificado</source>
        <translation>Not identified</translation>
    </message>
    <message>
        <source>CI {ci}</source>
        <translation>ID {ci}</translation>
    </message>
    <message>
        <source>Certificado de {issuer}</source>
        <translation>Certificate by {issuer}</translation>
    </message>
    <message>
        <source>sello de tiempo de la firma</source>
        <translation>timestamp of the signature</translation>
    </message>
    <message>
        <source>sello de tiempo del documento</source>
        <translation>timestamp of the document</translation>
    </message>
    <message>
        <source>sello de tiempo</source>
        <translation>timestamp</translation>
    </message>
    <message>
        <source>Momento probado</source>
        <translation>Proven time</translation>
    </message>
    <message>
        <source>Momento no probado</source>
        <translation>Time not proven</translation>
    </message>
    <message>
        <source>La firma no dice cuándo se hizo</source>
        <translation>The signature does not say when it was made</translation>
    </message>
    <message>
        <source>{when}, según el reloj del equipo que firmó</source>
        <translation>{when}, by the clock of the computer that signed</translation>
    </message>
    <message>
        <source>Revocación</source>
        <translation>Revocation</translation>
    </message>
    <message>
        <source>{source} del {when}</source>
        <translation>{source} of {when}</translation>
    </message>
    <message>
        <source>vigente</source>
        <translation>in force</translation>
    </message>
    <message>
        <source>revocado</source>
        <translation>revoked</translation>
    </message>
    <message>
        <source>No consultada</source>
        <translation>Not asked</translation>
    </message>
    <message>
        <source>Sin respuesta que sirva</source>
        <translation>No usable answer</translation>
    </message>
    <message>
        <source>Cambios posteriores</source>
        <translation>Later changes</translation>
    </message>
    <message>
        <source>Ninguno: cubre todo el archivo</source>
        <translation>None: it covers the whole file</translation>
    </message>
    <message>
        <source>Solo firmas, sellos o datos de validación</source>
        <translation>Only signatures, timestamps or validation data</translation>
    </message>
    <message>
        <source>Lo que se ve ya no es lo que se firmó</source>
        <translation>What is seen is no longer what was signed</translation>
    </message>
    <message>
        <source>No se pueden juzgar: lo firmado mismo está alterado</source>
        <translation>Cannot be judged: what was signed is itself altered</translation>
    </message>
    <message>
        <source>Páginas que cambiaron a la vista: {pages}</source>
        <translation>Pages that look different: {pages}</translation>
    </message>
    <message>
        <source>y otros; el informe los nombra todos</source>
        <translation>and others; the report names them all</translation>
    </message>
    <message>
        <source>pág. {pages}</source>
        <translation>p. {pages}</translation>
    </message>
    <message>
        <source>sin fecha legible</source>
        <translation>without a readable date</translation>
    </message>
    <message>
        <source>comprobado</source>
        <translation>checked</translation>
    </message>
    <message>
        <source>no vale</source>
        <translation>does not hold</translation>
    </message>
    <message>
        <source>no se puede comprobar con lo que hay aquí</source>
        <translation>cannot be checked with what is here</translation>
    </message>
    <message>
        <source>Sello de tiempo de la firma</source>
        <translation>Timestamp of the signature</translation>
    </message>
    <message>
        <source>íntegra</source>
        <translation>intact</translation>
    </message>
    <message>
        <source>alterada</source>
        <translation>altered</translation>
    </message>
    <message>
        <source>no se puede comprobar</source>
        <translation>cannot be checked</translation>
    </message>
    <message>
        <source>Refrendo de la firma</source>
        <translation>Countersignature</translation>
    </message>
    <message>
        <source>{name}, seguro solo hasta el {day}</source>
        <translation>{name}, safe only until {day}</translation>
    </message>
    <message>
        <source>Método de firma débil</source>
        <translation>Weak signing method</translation>
    </message>
    <message>
        <source>guardada en el documento</source>
        <translation>kept in the document</translation>
    </message>
    <message>
        <source>guardada en la firma</source>
        <translation>kept in the signature</translation>
    </message>
    <message>
        <source>guardada en este equipo</source>
        <translation>kept on this computer</translation>
    </message>
    <message>
        <source>consultada ahora</source>
        <translation>asked for now</translation>
    </message>
    <message>
        <source>y otras; el informe las nombra todas</source>
        <translation>and others; the report names them all</translation>
    </message>
    <message>
        <source>Respuestas usadas</source>
        <translation>Answers used</translation>
    </message>
    <message>
        <source>es el que se firmó</source>
        <translation>is the one that was signed</translation>
    </message>
    <message>
        <source>NO es el que se firmó</source>
        <translation>is NOT the one that was signed</translation>
    </message>
    <message>
        <source>no está junto al documento</source>
        <translation>does not lie beside the document</translation>
    </message>
    <message>
        <source>y otro más</source>
        <translation>and one more</translation>
    </message>
    <message>
        <source>y otros {n} más</source>
        <translation>and {n} more</translation>
    </message>
    <message>
        <source>Suelte aquí un PDF, o una carpeta</source>
        <translation>Drop a PDF or a folder here</translation>
    </message>
    <message>
        <source>Le dirá quién lo firmó, cuándo, y si cambió después.</source>
        <translation>It will tell who signed it, when, and whether it changed afterwards.</translation>
    </message>
    <message>
        <source>El documento no sale de este equipo. Sirve también sin conexión.</source>
        <translation>The document does not leave this computer. It works without a connection too.</translation>
    </message>
    <message>
        <source>Verificar</source>
        <translation>Verify</translation>
    </message>
</context>
<context>
    <name>VerifyPane</name>
    <message>
        <source>Elegir archivos</source>
        <translation>Choose files</translation>
    </message>
    <message>
        <source>Verificar</source>
        <translation>Verify</translation>
    </message>
    <message>
        <source>Archivos verificados</source>
        <translation>Verified files</translation>
    </message>
    <message>
        <source>Verificando</source>
        <translation>Verifying</translation>
    </message>
    <message>
        <source>Evidencia</source>
        <translation>Evidence</translation>
    </message>
    <message>
        <source>no se pudo verificar</source>
        <translation>could not be verified</translation>
    </message>
    <message>
        <source>Vea el aviso</source>
        <translation>See the notice</translation>
    </message>
    <message>
        <source>Verificando…</source>
        <translation>Verifying…</translation>
    </message>
    <message>
        <source>1 firma</source>
        <translation>1 signature</translation>
    </message>
    <message>
        <source>{n} firmas</source>
        <translation>{n} signatures</translation>
    </message>
    <message>
        <source>sello de tiempo</source>
        <translation>timestamp</translation>
    </message>
    <message>
        <source>{n} sellos de tiempo</source>
        <translation>{n} timestamps</translation>
    </message>
    <message>
        <source>1 página</source>
        <translation>1 page</translation>
    </message>
    <message>
        <source>{n} páginas</source>
        <translation>{n} pages</translation>
    </message>
    <message>
        <source>Qué significa</source>
        <translation>What it means</translation>
    </message>
    <message>
        <source>Qué hacer</source>
        <translation>What to do</translation>
    </message>
    <message>
        <source>Sello de tiempo</source>
        <translation>Timestamp</translation>
    </message>
    <message>
        <source>Evidencia: {name}</source>
        <translation>Evidence: {name}</translation>
    </message>
    <message>
        <source>Huella SHA-256 del archivo: {digest}</source>
        <translation>SHA-256 digest of the file: {digest}</translation>
    </message>
    <message>
        <source>Adjuntos de la lista</source>
        <translation>Attachments of the list</translation>
    </message>
    <message>
        <source>Elegir carpeta</source>
        <translation>Choose folder</translation>
    </message>
    <message>
        <source>Guardar informe</source>
        <translation>Save report</translation>
    </message>
    <message>
        <source>PDF (*.pdf);;Página web (*.html);;Tabla (*.csv);;Datos (*.json);;ETSI TS 119 102-2 (*.xml)</source>
        <translation>PDF (*.pdf);;Web page (*.html);;Table (*.csv);;Data (*.json);;ETSI TS 119 102-2 (*.xml)</translation>
    </message>
    <message>
        <source>informe.pdf</source>
        <translation>report.pdf</translation>
    </message>
</context>
<context>
    <name>WelcomePane</name>
    <message>
        <source>Verificar un documento</source>
        <translation>Verify a document</translation>
    </message>
    <message>
        <source>Le damos la bienvenida a Qillqa</source>
        <translation>Welcome to Qillqa</translation>
    </message>
    <message>
        <source>Escriba, firme, envíe y conserve documentos sin papel, con conexión o sin ella.</source>
        <translation>Write, sign, send and keep documents without paper, connected or not.</translation>
    </message>
    <message>
        <source>Este equipo todavía no pertenece a una oficina</source>
        <translation>This computer does not belong to an office yet</translation>
    </message>
    <message>
        <source>Pida a su encargado de sistemas el archivo de invitación. Con él y con su token, queda inscrito a su nombre.</source>
        <translation>Ask your IT person for the invitation file. With it and your token the computer is enrolled in your name.</translation>
    </message>
    <message>
        <source>Para aprender sin riesgo</source>
        <translation>To learn without risk</translation>
    </message>
    <message>
        <source>La oficina de práctica trae personas, tokens y documentos de ejemplo, sin valor legal: «qillqa demo».</source>
        <translation>The practice office brings people, tokens and sample documents, without legal value: “qillqa demo”.</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Bandejas</source>
        <translation>Trays</translation>
    </message>
    <message>
        <source>Llegó 1 novedad.</source>
        <translation>1 piece of news came.</translation>
    </message>
    <message>
        <source>Llegaron {n} novedades.</source>
        <translation>{n} pieces of news came.</translation>
    </message>
    <message>
        <source>Se entregó 1 envío.</source>
        <translation>1 delivery was made.</translation>
    </message>
    <message>
        <source>Se entregaron {n} envíos.</source>
        <translation>{n} deliveries were made.</translation>
    </message>
    <message>
        <source>Queda 1 en cola.</source>
        <translation>1 still waits.</translation>
    </message>
    <message>
        <source>Quedan {n} en cola.</source>
        <translation>{n} still wait.</translation>
    </message>
    <message>
        <source>Todo está al día.</source>
        <translation>Everything is up to date.</translation>
    </message>
    <message>
        <source>Escriba el PIN en el teclado del lector.</source>
        <translation>Type the PIN on the reader's keypad.</translation>
    </message>
    <message>
        <source>Texto sin guardar</source>
        <translation>Text not kept</translation>
    </message>
    <message>
        <source>El documento nuevo tiene texto que todavía no se guardó.</source>
        <translation>The new document has text that is not kept yet.</translation>
    </message>
    <message>
        <source>Seguir escribiendo</source>
        <translation>Go on writing</translation>
    </message>
    <message>
        <source>Cerrar sin guardar</source>
        <translation>Close without keeping</translation>
    </message>
</context>
<context>
    <name>Wording</name>
    <message>
        <source>1 hoja</source>
        <translation>1 sheet</translation>
    </message>
    <message>
        <source>{n} hojas</source>
        <translation>{n} sheets</translation>
    </message>
    <message>
        <source>Entrante</source>
        <translation>Incoming</translation>
    </message>
    <message>
        <source>Pendientes</source>
        <translation>Pending</translation>
    </message>
    <message>
        <source>Por firmar</source>
        <translation>To sign</translation>
    </message>
    <message>
        <source>Enviados</source>
        <translation>Sent</translation>
    </message>
    <message>
        <source>Archivo</source>
        <translation>Archive</translation>
    </message>
    <message>
        <source>Borradores</source>
        <translation>Drafts</translation>
    </message>
    <message>
        <source>Nada por recibir</source>
        <translation>Nothing to receive</translation>
    </message>
    <message>
        <source>Lo que otras unidades le deriven aparecerá aquí.</source>
        <translation>What other units dispatch to you will appear here.</translation>
    </message>
    <message>
        <source>Está al día</source>
        <translation>You are up to date</translation>
    </message>
    <message>
        <source>No tiene documentos pendientes.</source>
        <translation>You have no pending documents.</translation>
    </message>
    <message>
        <source>Nada por firmar</source>
        <translation>Nothing to sign</translation>
    </message>
    <message>
        <source>Los documentos que esperan su firma aparecerán aquí.</source>
        <translation>Documents that wait for your signature will appear here.</translation>
    </message>
    <message>
        <source>Nada enviado todavía</source>
        <translation>Nothing sent yet</translation>
    </message>
    <message>
        <source>Lo que derive quedará aquí, con su recepción.</source>
        <translation>What you dispatch stays here, with its reception.</translation>
    </message>
    <message>
        <source>El archivo está vacío</source>
        <translation>The archive is empty</translation>
    </message>
    <message>
        <source>Los documentos concluidos se conservan aquí. Nada se borra.</source>
        <translation>Concluded documents are kept here. Nothing is deleted.</translation>
    </message>
    <message>
        <source>No hay borradores</source>
        <translation>No drafts</translation>
    </message>
    <message>
        <source>Empiece uno con «Nuevo documento».</source>
        <translation>Begin one with “New document”.</translation>
    </message>
    <message>
        <source>le toca a usted</source>
        <translation>your turn</translation>
    </message>
    <message>
        <source>espera a {name}</source>
        <translation>waits for {name}</translation>
    </message>
    <message>
        <source>por derivar</source>
        <translation>to dispatch</translation>
    </message>
    <message>
        <source>venció ayer</source>
        <translation>due yesterday</translation>
    </message>
    <message>
        <source>vencido hace {n} días</source>
        <translation>{n} days overdue</translation>
    </message>
    <message>
        <source>vence hoy</source>
        <translation>due today</translation>
    </message>
    <message>
        <source>queda 1 día</source>
        <translation>1 day left</translation>
    </message>
    <message>
        <source>quedan {n} días</source>
        <translation>{n} days left</translation>
    </message>
    <message>
        <source>llegó hoy</source>
        <translation>came today</translation>
    </message>
    <message>
        <source>recibido hoy</source>
        <translation>received today</translation>
    </message>
    <message>
        <source>llegó ayer</source>
        <translation>came yesterday</translation>
    </message>
    <message>
        <source>llegó hace {n} días</source>
        <translation>came {n} days ago</translation>
    </message>
    <message>
        <source>1 día, sin plazo</source>
        <translation>1 day, no due date</translation>
    </message>
    <message>
        <source>{n} días, sin plazo</source>
        <translation>{n} days, no due date</translation>
    </message>
    <message>
        <source>aún no recibido</source>
        <translation>not received yet</translation>
    </message>
    <message>
        <source>recibido</source>
        <translation>received</translation>
    </message>
    <message>
        <source>derivado</source>
        <translation>passed on</translation>
    </message>
    <message>
        <source>concluido</source>
        <translation>concluded</translation>
    </message>
    <message>
        <source>rechazado</source>
        <translation>rejected</translation>
    </message>
    <message>
        <source>anulado</source>
        <translation>void</translation>
    </message>
    <message>
        <source>en camino</source>
        <translation>on its way</translation>
    </message>
    <message>
        <source>borrador</source>
        <translation>draft</translation>
    </message>
    <message>
        <source>por firmar</source>
        <translation>to sign</translation>
    </message>
    <message>
        <source>registrado</source>
        <translation>registered</translation>
    </message>
    <message>
        <source>observado</source>
        <translation>observed</translation>
    </message>
    <message>
        <source>firmado</source>
        <translation>signed</translation>
    </message>
    <message>
        <source>depositado</source>
        <translation>deposited</translation>
    </message>
    <message>
        <source>oficial</source>
        <translation>official</translation>
    </message>
    <message>
        <source>copia</source>
        <translation>copy</translation>
    </message>
    <message>
        <source>Elaborar informe</source>
        <translation>Write a report</translation>
    </message>
    <message>
        <source>Elaborar respuesta</source>
        <translation>Write an answer</translation>
    </message>
    <message>
        <source>Para su consideración</source>
        <translation>For your consideration</translation>
    </message>
    <message>
        <source>Para su conocimiento</source>
        <translation>For your information</translation>
    </message>
    <message>
        <source>V°B°</source>
        <translation>Approval</translation>
    </message>
    <message>
        <source>Archivar</source>
        <translation>File</translation>
    </message>
    <message>
        <source>Otro</source>
        <translation>Other</translation>
    </message>
    <message>
        <source>íntegra y vigente</source>
        <translation>intact and in force</translation>
    </message>
    <message>
        <source>no se puede afirmar</source>
        <translation>cannot be said</translation>
    </message>
    <message>
        <source>no válida</source>
        <translation>not valid</translation>
    </message>
    <message>
        <source>sin firma</source>
        <translation>not signed</translation>
    </message>
    <message>
        <source>no se puede leer</source>
        <translation>cannot be read</translation>
    </message>
    <message>
        <source>Firma sin sello de tiempo (B‑B)</source>
        <translation>Signature without timestamp (B‑B)</translation>
    </message>
    <message>
        <source>Con sello de tiempo (B‑T)</source>
        <translation>With timestamp (B‑T)</translation>
    </message>
    <message>
        <source>Con sello de tiempo y datos de validación (B‑LT)</source>
        <translation>With timestamp and validation data (B‑LT)</translation>
    </message>
    <message>
        <source>Preparada para conservarse (B‑LTA)</source>
        <translation>Ready for keeping (B‑LTA)</translation>
    </message>
    <message>
        <source>Nivel no reconocido</source>
        <translation>Level not recognised</translation>
    </message>
    <message>
        <source>PIN sin intentos fallidos</source>
        <translation>No failed PIN attempts</translation>
    </message>
    <message>
        <source>Hubo un intento fallido: escriba el PIN con cuidado</source>
        <translation>There was a failed attempt: type the PIN with care</translation>
    </message>
    <message>
        <source>Último intento: si el PIN no es correcto, el token se bloqueará</source>
        <translation>Last attempt: if the PIN is wrong the token will lock</translation>
    </message>
    <message>
        <source>PIN bloqueado: este token no puede firmar</source>
        <translation>PIN locked: this token cannot sign</translation>
    </message>
    <message>
        <source>El token todavía no tiene un PIN</source>
        <translation>The token has no PIN yet</translation>
    </message>
    <message>
        <source>hoy</source>
        <translation>today</translation>
    </message>
    <message>
        <source>ayer</source>
        <translation>yesterday</translation>
    </message>
    <message>
        <source>venció el {day}</source>
        <translation>expired on {day}</translation>
    </message>
    <message>
        <source>vence en 1 día</source>
        <translation>expires in 1 day</translation>
    </message>
    <message>
        <source>vence en {n} días</source>
        <translation>expires in {n} days</translation>
    </message>
    <message>
        <source>vence en {n} meses</source>
        <translation>expires in {n} months</translation>
    </message>
    <message>
        <source>vence en {n} años</source>
        <translation>expires in {n} years</translation>
    </message>
    <message>
        <source>Firmado sin sello de tiempo (B‑B).</source>
        <translation>Signed without a timestamp (B‑B).</translation>
    </message>
    <message>
        <source>Firmado con sello de tiempo (B‑T).</source>
        <translation>Signed with a timestamp (B‑T).</translation>
    </message>
    <message>
        <source>Firmado con sello de tiempo y datos de validación (B‑LT).</source>
        <translation>Signed with a timestamp and validation data (B‑LT).</translation>
    </message>
    <message>
        <source>Firmado para conservar (B‑LTA).</source>
        <translation>Signed for keeping (B‑LTA).</translation>
    </message>
    <message>
        <source>1 documento espera sello de tiempo; se elevará solo.</source>
        <translation>1 document waits for a timestamp; it will be raised by itself.</translation>
    </message>
    <message>
        <source>{n} documentos esperan sello de tiempo; se elevarán solos.</source>
        <translation>{n} documents wait for a timestamp; they will be raised by themselves.</translation>
    </message>
    <message>
        <source>1 documento necesita atención.</source>
        <translation>1 document needs attention.</translation>
    </message>
    <message>
        <source>{n} documentos necesitan atención.</source>
        <translation>{n} documents need attention.</translation>
    </message>
</context>
<context>
    <name>WritingPane</name>
    <message>
        <source>Nuevo documento</source>
        <translation>New document</translation>
    </message>
    <message>
        <source>Guardar borrador</source>
        <translation>Keep draft</translation>
    </message>
    <message>
        <source>Enviar a firma</source>
        <translation>Send for signature</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Tipo</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>PARA</source>
        <translation>TO</translation>
    </message>
    <message>
        <source>VÍA</source>
        <translation>VIA</translation>
    </message>
    <message>
        <source>REF.</source>
        <translation>REF.</translation>
    </message>
    <message>
        <source>Texto</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Respuesta a {cite}</source>
        <translation>Answer to {cite}</translation>
    </message>
    <message>
        <source>Respuesta</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>Elija a quién</source>
        <translation>Choose whom</translation>
    </message>
    <message>
        <source>Sin vía</source>
        <translation>No via</translation>
    </message>
    <message>
        <source>1 palabra</source>
        <translation>1 word</translation>
    </message>
    <message>
        <source>{n} palabras</source>
        <translation>{n} words</translation>
    </message>
    <message>
        <source>El CITE se asigna al enviar a firma.</source>
        <translation>The CITE is assigned when it is sent for signature.</translation>
    </message>
    <message>
        <source>Complete PARA, REF. y el texto.</source>
        <translation>Fill in TO, REF. and the text.</translation>
    </message>
    <message>
        <source>Enviado a firma, con su CITE.</source>
        <translation>Sent for signature, with its CITE.</translation>
    </message>
    <message>
        <source>Borrador guardado.</source>
        <translation>Draft kept.</translation>
    </message>
</context>
<context>
    <name>WaitingDialog</name>
    <message>
        <source>Esperan sello de tiempo</source>
        <translation>Waiting for a timestamp</translation>
    </message>
    <message>
        <source>Intentar ahora</source>
        <translation>Try now</translation>
    </message>
    <message>
        <source>Cerrar</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Ningún documento espera sello de tiempo.</source>
        <translation>No document waits for a timestamp.</translation>
    </message>
    <message>
        <source>Y {n} más.</source>
        <translation>And {n} more.</translation>
    </message>
    <message>
        <source>Espera desde {since}.</source>
        <translation>Waiting since {since}.</translation>
    </message>
    <message>
        <source>Necesita atención.</source>
        <translation>Needs attention.</translation>
    </message>
    <message>
        <source>Se intentará otra vez {moment}.</source>
        <translation>It will be tried again {moment}.</translation>
    </message>
    <message>
        <source>Intentando…</source>
        <translation>Trying…</translation>
    </message>
    <message>
        <source>Elevados ahora: {n}.</source>
        <translation>Raised now: {n}.</translation>
    </message>
    <message>
        <source>No había nada que elevar.</source>
        <translation>There was nothing to raise.</translation>
    </message>
</context>
<context>
    <name>Reader</name>
    <message>
        <source>No se elevará solo: necesita atención.</source>
        <translation>It will not be raised by itself: it needs attention.</translation>
    </message>
    <message>
        <source>Se elevará solo cuando responda el servicio.</source>
        <translation>It will be raised by itself when the service answers.</translation>
    </message>
</context>
<context>
    <name>PasswordLine</name>
    <message>
        <source>Contraseña del archivo</source>
        <translation>Password of the file</translation>
    </message>
    <message>
        <source>Contraseña</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>Abrir</source>
        <translation>Open</translation>
    </message>
</context>
</TS>
