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
    <message>
        <source>Resolver</source>
        <translation>Settle</translation>
    </message>
    <message>
        <source>Salió dos veces como oficial. Como jefatura usted dice cuál derivación vale; la otra queda sin efecto y quien la tiene la archiva. Su resolución queda firmada y no se deshace.</source>
        <translation>It left twice as the original. As head of the unit you say which dispatch counts; the other has no effect and whoever has it files it. Your ruling is signed and cannot be undone.</translation>
    </message>
    <message>
        <source>Resuelto. Llegará a las dos unidades con la próxima conexión.</source>
        <translation>Settled. It will reach both units with the next connection.</translation>
    </message>
    <message>
        <source>Justificar demora</source>
        <translation>Justify delay</translation>
    </message>
    <message>
        <source>Queda escrito en la hoja de ruta por qué tarda; el plazo sigue siendo el mismo.</source>
        <translation>The slip will say why it takes longer; the deadline stays the same.</translation>
    </message>
    <message>
        <source>La justificación consta en la hoja de ruta.</source>
        <translation>The justification is on the slip.</translation>
    </message>
    <message>
        <source>Mover el papel</source>
        <translation>Move the paper</translation>
    </message>
    <message>
        <source>Diga dónde está el papel ahora. La hoja de ruta no se mueve con esto.</source>
        <translation>Say where the paper is now. This does not move the slip.</translation>
    </message>
    <message>
        <source>Consta dónde está el papel.</source>
        <translation>It is noted where the paper is.</translation>
    </message>
    <message>
        <source>Agrupar</source>
        <translation>Group</translation>
    </message>
    <message>
        <source>Las hojas de ruta marcadas irán con la principal, como una sola, hasta que se desagrupen.</source>
        <translation>The slips ticked will go with the principal, as one, until they are ungrouped.</translation>
    </message>
    <message>
        <source>Agrupadas. Se derivan con la principal.</source>
        <translation>Grouped. They are dispatched with the principal.</translation>
    </message>
    <message>
        <source>Desagrupar</source>
        <translation>Ungroup</translation>
    </message>
    <message>
        <source>Cada una sigue desde aquí por su lado.</source>
        <translation>From here each goes its own way.</translation>
    </message>
    <message>
        <source>Desagrupadas. Cada una va por su lado.</source>
        <translation>Ungrouped. Each goes its own way.</translation>
    </message>
    <message>
        <source>Reasignar</source>
        <translation>Reassign</translation>
    </message>
    <message>
        <source>Como jefatura lo entrega a otra persona de su unidad. Queda escrito quién, a quién y por qué.</source>
        <translation>As head of the unit you hand it to another person of it. Who, to whom and why is noted.</translation>
    </message>
    <message>
        <source>Reasignado dentro de la unidad.</source>
        <translation>Reassigned within the unit.</translation>
    </message>
    <message>
        <source>Depositar de nuevo</source>
        <translation>Deposit anew</translation>
    </message>
    <message>
        <source>El archivo no lo aceptó. Vuelve a sus Pendientes para corregirlo; el rechazo queda escrito.</source>
        <translation>The archive did not take it. It goes back to your Pending to be mended; the refusal stays written.</translation>
    </message>
    <message>
        <source>Retomar y corregir</source>
        <translation>Take back and mend</translation>
    </message>
    <message>
        <source>Se entrega otra vez lo mismo: sirve cuando se dañó en el camino. El rechazo queda escrito.</source>
        <translation>The same is handed in again: for what was damaged on its way. The refusal stays written.</translation>
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
    <message>
        <source>Papel y otros datos</source>
        <translation>Paper and other data</translation>
    </message>
    <message>
        <source>Papel que va con ella</source>
        <translation>Paper that goes with it</translation>
    </message>
    <message>
        <source>Coordinar con</source>
        <translation>Coordinate with</translation>
    </message>
    <message>
        <source>Adjuntos que no se escanean</source>
        <translation>Enclosures that are not scanned</translation>
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
    <message>
        <source>Deshacer · Ctrl+Z</source>
        <translation>Undo · Ctrl+Z</translation>
    </message>
    <message>
        <source>Deshacer</source>
        <translation>Undo</translation>
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
    <message>
        <source>1 página enviada a imprimir</source>
        <translation>1 page sent to the printer</translation>
    </message>
    <message>
        <source>Buscar en el documento</source>
        <translation>Find in the document</translation>
    </message>
    <message>
        <source>Detener</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>Imprimiendo la página {page} de {pages}</source>
        <translation>Printing page {page} of {pages}</translation>
    </message>
    <message>
        <source>Imprimir</source>
        <translation>Print</translation>
    </message>
    <message>
        <source>Páginas en pequeño</source>
        <translation>Small pages</translation>
    </message>
    <message>
        <source>Se copiaron {n} palabras.</source>
        <translation>{n} words copied.</translation>
    </message>
    <message>
        <source>Se copió 1 palabra.</source>
        <translation>1 word copied.</translation>
    </message>
    <message>
        <source>{n} páginas enviadas a imprimir</source>
        <translation>{n} pages sent to the printer</translation>
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
    <message>
        <source>Monitor</source>
        <translation>Monitor</translation>
    </message>
    <message>
        <source>Reportes</source>
        <translation>Reports</translation>
    </message>
    <message>
        <source>Entrega</source>
        <translation>Delivery</translation>
    </message>
    <message>
        <source>Memoria USB</source>
        <translation>USB stick</translation>
    </message>
    <message>
        <source>Ayuda</source>
        <translation>Help</translation>
    </message>
    <message>
        <source>Archivo central</source>
        <translation>Central archive</translation>
    </message>
    <message>
        <source>Depósitos</source>
        <translation>Deposits</translation>
    </message>
</context>
<context>
    <name>ReaderPane</name>
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
        <source>Observación</source>
        <translation>Remark</translation>
    </message>
    <message>
        <source>Motivo</source>
        <translation>Reason</translation>
    </message>
</context>
<context>
    <name>Head</name>
    <message>
        <source>Adjuntos</source>
        <translation>Attachments</translation>
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
        <source>Volver a la lista</source>
        <translation>Back to the list</translation>
    </message>
    <message>
        <source>Más acciones</source>
        <translation>More actions</translation>
    </message>
    <message>
        <source>CITE y fecha</source>
        <translation>CITE and date</translation>
    </message>
    <message>
        <source>Firma sin verificar en este equipo</source>
        <translation>Signature not verified on this computer</translation>
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
    <message>
        <source>Quedó sin efecto: la jefatura resolvió que vale otra</source>
        <translation>It has no effect: the head of the unit ruled that another counts</translation>
    </message>
    <message>
        <source>Coordinar con: {text}</source>
        <translation>Coordinate with: {text}</translation>
    </message>
    <message>
        <source>Adjuntos que no se escanean: {text}</source>
        <translation>Enclosures that are not scanned: {text}</translation>
    </message>
    <message>
        <source>Papel: {text}</source>
        <translation>Paper: {text}</translation>
    </message>
    <message>
        <source>Carpeta: {text}</source>
        <translation>Folder: {text}</translation>
    </message>
    <message>
        <source>Reasignado a {to} {when} por {who}: {reason}</source>
        <translation>Reassigned to {to} {when} by {who}: {reason}</translation>
    </message>
    <message>
        <source>cualquiera de la unidad</source>
        <translation>anybody of the unit</translation>
    </message>
    <message>
        <source>Demora justificada {when} por {who}: {reason}</source>
        <translation>Delay justified {when} by {who}: {reason}</translation>
    </message>
    <message>
        <source>Estará para: {day}</source>
        <translation>It will be ready on: {day}</translation>
    </message>
    <message>
        <source>A {to}, enviado {when} por {who}: {state}</source>
        <translation>To {to}, sent {when} by {who}: {state}</translation>
    </message>
    <message>
        <source>en camino a {unit}</source>
        <translation>on its way to {unit}</translation>
    </message>
    <message>
        <source>, desde {when}</source>
        <translation>, since {when}</translation>
    </message>
    <message>
        <source>Papel anunciado: {text}. No consta que llegó</source>
        <translation>Paper announced: {text}. Nobody has noted that it came</translation>
    </message>
    <message>
        <source>Papel que llegó: {text}</source>
        <translation>Paper that came: {text}</translation>
    </message>
    <message>
        <source>Papel que viene con ella: {text}</source>
        <translation>Paper that comes with it: {text}</translation>
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
        <source>Motivo: {reason}</source>
        <translation>Reason: {reason}</translation>
    </message>
    <message>
        <source>Está abierta y todavía no se derivó.</source>
        <translation>It is open and has not been dispatched yet.</translation>
    </message>
    <message>
        <source>La derivación se canceló cuando ya había sido recibida</source>
        <translation>The dispatch was cancelled when it had already been received</translation>
    </message>
    <message>
        <source>La recepción vale: está con quien la recibió. La jefatura de {unit} toma nota.</source>
        <translation>The reception counts: it is with whoever received it. The head of {unit} takes note.</translation>
    </message>
    <message>
        <source>Dos equipos la derivaron sin saber uno del otro. Nadie sigue con ella hasta que la jefatura de {unit} resuelva cuál vale.</source>
        <translation>Two computers dispatched it without knowing of each other. Nobody goes on with it until the head of {unit} settles which counts.</translation>
    </message>
    <message>
        <source>Resolver ahora</source>
        <translation>Settle now</translation>
    </message>
    <message>
        <source>Resuelto por {who} {when}</source>
        <translation>Settled by {who} {when}</translation>
    </message>
    <message>
        <source>Vale: {hop}</source>
        <translation>It counts: {hop}</translation>
    </message>
    <message>
        <source>Esta derivación quedó sin efecto</source>
        <translation>This dispatch has no effect any more</translation>
    </message>
    <message>
        <source>La jefatura que la envió resolvió que vale otra. Archívela y devuelva el papel, si llegó, a quien lo envió.</source>
        <translation>The head of the unit that sent it ruled that another counts. File it and return the paper, if it came, to whoever sent it.</translation>
    </message>
    <message>
        <source>Archivar ahora</source>
        <translation>File now</translation>
    </message>
    <message>
        <source>Va agrupada con la {number}: se deriva y concluye con ella.</source>
        <translation>It goes grouped with {number}: it is dispatched and concluded with it.</translation>
    </message>
    <message>
        <source>Es la principal de un grupo. Van con ella: {numbers}.</source>
        <translation>It is the principal of a group. With it go: {numbers}.</translation>
    </message>
    <message>
        <source>Papel: {where}.</source>
        <translation>Paper: {where}.</translation>
    </message>
    <message>
        <source>Archivada en la carpeta «{folder}».</source>
        <translation>Filed in the folder “{folder}”.</translation>
    </message>
    <message>
        <source>Plazo de toda la hoja de ruta: {day}.</source>
        <translation>Deadline of the whole slip: {day}.</translation>
    </message>
    <message>
        <source>Trámite: {text}.</source>
        <translation>Procedure: {text}.</translation>
    </message>
    <message>
        <source>Destinatario: {text}.</source>
        <translation>Addressee: {text}.</translation>
    </message>
    <message>
        <source>Anotar que llegó</source>
        <translation>Note that it came</translation>
    </message>
    <message>
        <source>Cuando llegue, anote dónde queda; si no llega, pídalo a quien lo envió.</source>
        <translation>When it comes, note where it lies; if it does not, ask whoever sent it.</translation>
    </message>
    <message>
        <source>El papel no llegó</source>
        <translation>The paper did not come</translation>
    </message>
    <message>
        <source>Falta parte del papel</source>
        <translation>Part of the paper is missing</translation>
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
    <message>
        <source>También por fecha: desde:2026-03-01 hasta:2026-03-31, 5/3/2026; y por persona: de:NOMBRE</source>
        <translation>Also by day: desde:2026-03-01 hasta:2026-03-31, 5/3/2026; and by person: de:NAME</translation>
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
    <message>
        <source>agrupada</source>
        <translation>grouped</translation>
    </message>
    <message>
        <source>Con papel</source>
        <translation>With paper</translation>
    </message>
    <message>
        <source>Falta parte del papel</source>
        <translation>Part of the paper is missing</translation>
    </message>
    <message>
        <source>Papel no llegó</source>
        <translation>Paper did not come</translation>
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
    <message>
        <source>Adjuntos de la lista</source>
        <translation>Attachments of the list</translation>
    </message>
    <message>
        <source>Comparar con lo que se firmó</source>
        <translation>Compare with what was signed</translation>
    </message>
    <message>
        <source>Evidencia: {name}</source>
        <translation>Evidence: {name}</translation>
    </message>
    <message>
        <source>Huella SHA-256 del archivo: {digest}</source>
        <translation>SHA-256 digest of the file: {digest}</translation>
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
        <source>Escriba el PIN en el teclado del lector.</source>
        <translation>Type the PIN on the reader's keypad.</translation>
    </message>
    <message>
        <source>Se deshizo. Ambos actos constan en la hoja de ruta.</source>
        <translation>Undone. Both acts are on the slip.</translation>
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
    <message>
        <source>sin efecto: archívelo</source>
        <translation>no effect: file it</translation>
    </message>
    <message>
        <source>en conflicto</source>
        <translation>in conflict</translation>
    </message>
    <message>
        <source>recién llegado</source>
        <translation>just arrived</translation>
    </message>
    <message>
        <source>recién recibido</source>
        <translation>just received</translation>
    </message>
    <message>
        <source>hace 1 día hábil</source>
        <translation>1 working day ago</translation>
    </message>
    <message>
        <source>hace {n} días hábiles</source>
        <translation>{n} working days ago</translation>
    </message>
    <message>
        <source>venció hace 1 día hábil</source>
        <translation>due 1 working day ago</translation>
    </message>
    <message>
        <source>venció hace {n} días hábiles</source>
        <translation>due {n} working days ago</translation>
    </message>
    <message>
        <source>último día hábil</source>
        <translation>last working day</translation>
    </message>
    <message>
        <source>queda 1 día hábil</source>
        <translation>1 working day left</translation>
    </message>
    <message>
        <source>quedan {n} días hábiles</source>
        <translation>{n} working days left</translation>
    </message>
    <message>
        <source>Sin calendario de feriados: solo se descuentan sábados y domingos.</source>
        <translation>No calendar of holidays: only Saturdays and Sundays are left out.</translation>
    </message>
    <message>
        <source>en cola</source>
        <translation>queued</translation>
    </message>
    <message>
        <source>en el sobre</source>
        <translation>in the pouch</translation>
    </message>
    <message>
        <source>entregado</source>
        <translation>delivered</translation>
    </message>
</context>
<context>
    <name>WritingPane</name>
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
<context>
    <name>SlipActPane</name>
    <message>
        <source>Confirmar</source>
        <translation>Confirm</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Motivo</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>Elija a quién</source>
        <translation>Choose whom</translation>
    </message>
    <message>
        <source>Estará para el</source>
        <translation>It will be ready on</translation>
    </message>
    <message>
        <source>Fecha en que estará</source>
        <translation>Day on which it will be ready</translation>
    </message>
    <message>
        <source>Hoja de ruta principal</source>
        <translation>Principal slip</translation>
    </message>
    <message>
        <source>Van con ella</source>
        <translation>They go with it</translation>
    </message>
    <message>
        <source>Salen del grupo</source>
        <translation>They leave the group</translation>
    </message>
    <message>
        <source>Dónde está</source>
        <translation>Where it is</translation>
    </message>
    <message>
        <source>Qué papel es (opcional)</source>
        <translation>Which paper it is (optional)</translation>
    </message>
    <message>
        <source>A quién</source>
        <translation>To whom</translation>
    </message>
    <message>
        <source>La derivación que vale</source>
        <translation>The dispatch that counts</translation>
    </message>
    <message>
        <source>Carpeta (opcional)</source>
        <translation>Folder (optional)</translation>
    </message>
    <message>
        <source>Observación (opcional)</source>
        <translation>Remark (optional)</translation>
    </message>
    <message>
        <source>Solo esto pasa a su Archivo; la hoja de ruta sigue su camino.</source>
        <translation>Only this goes to your Archive; the slip goes on.</translation>
    </message>
    <message>
        <source>Lo cancelado ya había sido recibido, y esa recepción vale. Con esto queda tomada nota.</source>
        <translation>What was cancelled had already been received, and that reception counts. This takes note of it.</translation>
    </message>
    <message>
        <source>{number}, la que está a la vista</source>
        <translation>{number}, the one in view</translation>
    </message>
    <message>
        <source>No hay otra hoja de ruta en Pendientes con la que agrupar.</source>
        <translation>There is no other slip in Pending to group it with.</translation>
    </message>
    <message>
        <source>Marque al menos una hoja de ruta.</source>
        <translation>Tick at least one slip.</translation>
    </message>
    <message>
        <source>Elija a quién se entrega.</source>
        <translation>Choose to whom it is handed.</translation>
    </message>
    <message>
        <source>Elija la derivación que vale.</source>
        <translation>Choose the dispatch that counts.</translation>
    </message>
    <message>
        <source>Escriba dónde está el papel.</source>
        <translation>Write where the paper is.</translation>
    </message>
    <message>
        <source>Escriba el motivo.</source>
        <translation>Write the reason.</translation>
    </message>
    <message>
        <source>Diga dónde está el papel ahora. Si ya llegó lo que faltaba, borre «Falta…» de qué papel es.</source>
        <translation>Say where the paper is now. If what was missing has come, delete "Falta…" from what paper it is.</translation>
    </message>
</context>
<context>
    <name>ControlFrame</name>
    <message>
        <source>Actualizar</source>
        <translation>Refresh</translation>
    </message>
    <message>
        <source>Guardar CSV</source>
        <translation>Save CSV</translation>
    </message>
    <message>
        <source>Gráfico</source>
        <translation>Chart</translation>
    </message>
    <message>
        <source>No se pudo leer</source>
        <translation>It could not be read</translation>
    </message>
    <message>
        <source>Guardado para planillas.</source>
        <translation>Saved for spreadsheets.</translation>
    </message>
    <message>
        <source>No se pudo guardar el archivo.</source>
        <translation>The file could not be saved.</translation>
    </message>
    <message>
        <source>Elija otra carpeta o libere espacio, y pruebe otra vez.</source>
        <translation>Choose another folder or make room, and try again.</translation>
    </message>
</context>
<context>
    <name>MonitorPane</name>
    <message>
        <source>Monitor de la unidad</source>
        <translation>The unit's monitor</translation>
    </message>
    <message>
        <source>Hojas de ruta de la unidad</source>
        <translation>Slips of the unit</translation>
    </message>
    <message>
        <source>Quién la tiene</source>
        <translation>Who has it</translation>
    </message>
    <message>
        <source>Leyendo…</source>
        <translation>Reading…</translation>
    </message>
    <message>
        <source>Todas las personas</source>
        <translation>Everybody</translation>
    </message>
    <message>
        <source>Cualquiera de {unit}</source>
        <translation>Anybody of {unit}</translation>
    </message>
    <message>
        <source>Lo que llegue a la unidad aparecerá aquí.</source>
        <translation>What comes to the unit will appear here.</translation>
    </message>
    <message>
        <source>1 hoja de ruta</source>
        <translation>1 slip</translation>
    </message>
    <message>
        <source>{n} hojas de ruta</source>
        <translation>{n} slips</translation>
    </message>
    <message>
        <source>1 vencida</source>
        <translation>1 overdue</translation>
    </message>
    <message>
        <source>{n} vencidas</source>
        <translation>{n} overdue</translation>
    </message>
    <message>
        <source>vencidas</source>
        <translation>overdue</translation>
    </message>
    <message>
        <source>en plazo</source>
        <translation>in time</translation>
    </message>
    <message>
        <source>Quién las tiene</source>
        <translation>Who has them</translation>
    </message>
    <message>
        <source>Primero las vencidas, después las que están en plazo o no lo tienen.</source>
        <translation>First those overdue, then those in time or without a deadline.</translation>
    </message>
    <message>
        <source>monitor</source>
        <translation>monitor</translation>
    </message>
</context>
<context>
    <name>ReportsPane</name>
    <message>
        <source>Reportes</source>
        <translation>Reports</translation>
    </message>
    <message>
        <source>Qué se cuenta</source>
        <translation>What is counted</translation>
    </message>
    <message>
        <source>Desde</source>
        <translation>From</translation>
    </message>
    <message>
        <source>Hasta</source>
        <translation>To</translation>
    </message>
    <message>
        <source>Pruebe con otras fechas.</source>
        <translation>Try other dates.</translation>
    </message>
    <message>
        <source>Los mismos números están en la tabla.</source>
        <translation>The same numbers are in the table.</translation>
    </message>
</context>
<context>
    <name>LinePane</name>
    <message>
        <source>Entrega</source>
        <translation>Delivery</translation>
    </message>
    <message>
        <source>Avance de la sincronización</source>
        <translation>Progress of the synchronisation</translation>
    </message>
    <message>
        <source>Sincronizar</source>
        <translation>Synchronise</translation>
    </message>
    <message>
        <source>Pausar</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Documentos enviados</source>
        <translation>Documents sent</translation>
    </message>
    <message>
        <source>Todavía no se envió nada desde esta unidad.</source>
        <translation>Nothing has been sent from this unit yet.</translation>
    </message>
    <message>
        <source>Buscando la conexión…</source>
        <translation>Looking for the connection…</translation>
    </message>
    <message>
        <source>{done} de {total}</source>
        <translation>{done} of {total}</translation>
    </message>
    <message>
        <source>En pausa. Lo que ya salió quedó entregado; al sincronizar sigue desde ahí.</source>
        <translation>Paused. What has gone out is delivered; synchronising goes on from there.</translation>
    </message>
    <message>
        <source>Terminando lo que está en camino…</source>
        <translation>Finishing what is on its way…</translation>
    </message>
    <message>
        <source>Número</source>
        <translation>Number</translation>
    </message>
    <message>
        <source>Referencia</source>
        <translation>Subject</translation>
    </message>
    <message>
        <source>A quién</source>
        <translation>To whom</translation>
    </message>
    <message>
        <source>Enviado</source>
        <translation>Sent</translation>
    </message>
    <message>
        <source>Sin conexión desde {since}.</source>
        <translation>Not connected since {since}.</translation>
    </message>
    <message>
        <source>Última sincronización: {moment}.</source>
        <translation>Last synchronised: {moment}.</translation>
    </message>
    <message>
        <source>Todavía no se sincronizó desde que se abrió el programa.</source>
        <translation>Not synchronised yet since the program was opened.</translation>
    </message>
    <message>
        <source>1 envío en cola, se entregará solo.</source>
        <translation>1 item queued, it will be delivered by itself.</translation>
    </message>
    <message>
        <source>{n} envíos en cola, se entregarán solos.</source>
        <translation>{n} items queued, they will be delivered by themselves.</translation>
    </message>
    <message>
        <source>Todo está entregado.</source>
        <translation>Everything is delivered.</translation>
    </message>
    <message>
        <source>1 envío falló y se intentará otra vez.</source>
        <translation>1 item failed and will be tried again.</translation>
    </message>
    <message>
        <source>{n} envíos fallaron y se intentarán otra vez.</source>
        <translation>{n} items failed and will be tried again.</translation>
    </message>
    <message>
        <source>1 envío de otros se apartó y no se tomó en cuenta</source>
        <translation>1 item of others was set aside and not taken into account</translation>
    </message>
    <message>
        <source>{n} envíos de otros se apartaron y no se tomaron en cuenta</source>
        <translation>{n} items of others were set aside and not taken into account</translation>
    </message>
    <message>
        <source>Y {n} más.</source>
        <translation>And {n} more.</translation>
    </message>
</context>
<context>
    <name>FolderTree</name>
    <message>
        <source>Carpetas</source>
        <translation>Folders</translation>
    </message>
    <message>
        <source>Todas</source>
        <translation>All</translation>
    </message>
    <message>
        <source>Sin carpeta</source>
        <translation>No folder</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Admisión nueva…</source>
        <translation>New admission…</translation>
    </message>
    <message>
        <source>Sincronizar ahora</source>
        <translation>Synchronise now</translation>
    </message>
</context>
<context>
    <name>WordsTable</name>
    <message>
        <source>Enter abre la fila; O ordena por la columna</source>
        <translation>Enter opens the row; O sorts by the column</translation>
    </message>
</context>
<context>
    <name>ReceptionPane</name>
    <message>
        <source>Con esta derivación viene papel:</source>
        <translation>Paper comes with this dispatch:</translation>
    </message>
    <message>
        <source>Diga si el papel llegó.</source>
        <translation>Say whether the paper came.</translation>
    </message>
    <message>
        <source>Dónde queda ahora (opcional)</source>
        <translation>Where it lies now (optional)</translation>
    </message>
    <message>
        <source>Escriba qué falta.</source>
        <translation>Write what is missing.</translation>
    </message>
    <message>
        <source>Falta anotar el papel cuando llegue.</source>
        <translation>Note the paper when it comes.</translation>
    </message>
    <message>
        <source>Llegó todo</source>
        <translation>All of it came</translation>
    </message>
    <message>
        <source>Llegó una parte</source>
        <translation>Part of it came</translation>
    </message>
    <message>
        <source>No llegó</source>
        <translation>It did not come</translation>
    </message>
    <message>
        <source>Quedará marcado «falta parte del papel» hasta que se anote que llegó.</source>
        <translation>It stays marked "part of the paper is missing" until somebody notes that it came.</translation>
    </message>
    <message>
        <source>Qué falta</source>
        <translation>What is missing</translation>
    </message>
    <message>
        <source>Recibir</source>
        <translation>Receive</translation>
    </message>
    <message>
        <source>Se recibe igual. Quedará marcado «papel no llegó» hasta que se anote dónde está.</source>
        <translation>It is received all the same. It stays marked "paper did not come" until somebody notes where it is.</translation>
    </message>
    <message>
        <source>Volver</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>¿Llegó?</source>
        <translation>Did it come?</translation>
    </message>
</context>
<context>
    <name>Pouch</name>
    <message>
        <source>La solicitud de admisión está en el intercambio.</source>
        <translation>The request for admission lies in the exchange.</translation>
    </message>
    <message>
        <source>Cuando la entidad la haya aceptado, sincronice.</source>
        <translation>Synchronise once the entity has accepted it.</translation>
    </message>
    <message>
        <source>La solicitud de admisión está en la memoria.</source>
        <translation>The request for admission is on the stick.</translation>
    </message>
    <message>
        <source>Désela a quien viaje donde hay conexión; cuando vuelva, elija «Leer memoria».</source>
        <translation>Give it to somebody who travels to where there is a line; when it is back, choose "Read stick".</translation>
    </message>
    <message>
        <source>1 acto firmado con la llave anterior todavía espera salir. No lo repita.</source>
        <translation>1 act signed by the key of before still waits to leave. Do not do it again.</translation>
    </message>
    <message>
        <source>{n} actos firmados con la llave anterior todavía esperan salir. No los repita.</source>
        <translation>{n} acts signed by the key of before still wait to leave. Do not do them again.</translation>
    </message>
    <message>
        <source>Nunca salió de aquí; hágalo otra vez cuando llegue la admisión:</source>
        <translation>Never left here; do it again when the admission has come:</translation>
    </message>
    <message>
        <source>1 acuse</source>
        <translation>1 acknowledgement</translation>
    </message>
    <message>
        <source>1 archivo</source>
        <translation>1 file</translation>
    </message>
    <message>
        <source>1 novedad</source>
        <translation>1 piece of news</translation>
    </message>
    <message>
        <source>Cartas sin acuse por unidad: {names}.</source>
        <translation>Letters not acknowledged, by unit: {names}.</translation>
    </message>
    <message>
        <source>Devuelva la memoria a quien la trajo: lleva lo que le espera y los acuses.</source>
        <translation>Give the stick back to whoever brought it: it holds what waits for them and the acknowledgements.</translation>
    </message>
    <message>
        <source>En memorias va 1 carta.</source>
        <translation>1 letter is on sticks.</translation>
    </message>
    <message>
        <source>En memorias van {n} cartas.</source>
        <translation>{n} letters are on sticks.</translation>
    </message>
    <message>
        <source>Entregado sin abrir: {put}. Puesto en la memoria: {fetched}.</source>
        <translation>Delivered unopened: {put}. Put on the stick: {fetched}.</translation>
    </message>
    <message>
        <source>La memoria está lista: lleva 1 carta.</source>
        <translation>The stick is ready: it holds 1 letter.</translation>
    </message>
    <message>
        <source>La memoria está lista: lleva {n} cartas.</source>
        <translation>The stick is ready: it holds {n} letters.</translation>
    </message>
    <message>
        <source>La memoria está lista; no lleva cartas.</source>
        <translation>The stick is ready; it holds no letters.</translation>
    </message>
    <message>
        <source>La memoria no trae nada nuevo para esta unidad.</source>
        <translation>The stick brings nothing new for this unit.</translation>
    </message>
    <message>
        <source>Llegó por la memoria: {what}.</source>
        <translation>The stick brought: {what}.</translation>
    </message>
    <message>
        <source>Lleva los acuses de este equipo, y traerá lo que espera a esta unidad.</source>
        <translation>It holds this computer's acknowledgements, and will bring what waits for this unit.</translation>
    </message>
    <message>
        <source>Lo nuevo está en Entrante.</source>
        <translation>What is new lies in Incoming.</translation>
    </message>
    <message>
        <source>Lo que trae quedó en ella, sin cambios.</source>
        <translation>What it holds was left on it, unchanged.</translation>
    </message>
    <message>
        <source>No había nada nuevo que llevar, en ninguno de los dos sentidos.</source>
        <translation>There was nothing new to carry, either way.</translation>
    </message>
    <message>
        <source>No se pudo tomar nada de la memoria.</source>
        <translation>Nothing could be taken from the stick.</translation>
    </message>
    <message>
        <source>Para {names}. Solo sus equipos pueden abrirlas. Siguen aquí hasta que llegue el acuse.</source>
        <translation>For {names}. Only their computers can open them. They stay here until the acknowledgement comes.</translation>
    </message>
    <message>
        <source>con acuse</source>
        <translation>acknowledged</translation>
    </message>
    <message>
        <source>faltan {n} de {total}</source>
        <translation>{n} of {total} missing</translation>
    </message>
    <message>
        <source>no lleva cartas</source>
        <translation>no letters</translation>
    </message>
    <message>
        <source>sin acuse todavía</source>
        <translation>not acknowledged yet</translation>
    </message>
    <message>
        <source>{n} acuses</source>
        <translation>{n} acknowledgements</translation>
    </message>
    <message>
        <source>{n} archivos</source>
        <translation>{n} files</translation>
    </message>
    <message>
        <source>{n} novedades</source>
        <translation>{n} pieces of news</translation>
    </message>
    <message>
        <source>1 envío espera entrega o acuse.</source>
        <translation>1 delivery waits to be delivered or acknowledged.</translation>
    </message>
    <message>
        <source>Nada espera: no hay envíos en cola ni cartas sin acuse en memorias.</source>
        <translation>Nothing waits: no deliveries are queued and no letters on sticks lack their acknowledgement.</translation>
    </message>
    <message>
        <source>{n} envíos esperan entrega o acuse.</source>
        <translation>{n} deliveries wait to be delivered or acknowledged.</translation>
    </message>
</context>
<context>
    <name>PouchPane</name>
    <message>
        <source>Esperando los tokens de los funcionarios de este equipo…</source>
        <translation>Waiting for the tokens of this PC's officials…</translation>
    </message>
    <message>
        <source>1. «Preparar memoria» pone en ella, cerrado para su destinatario, todo lo que todavía no consta como recibido.
2. Quien la recibe elige «Leer memoria». Si pasa por una oficina con conexión, ahí eligen «Llevar sin abrir».
3. Los acuses vuelven en la misma memoria. Hasta entonces nada se borra aquí: si la memoria se pierde, se prepara otra.</source>
        <translation>1. "Prepare stick" puts on it, sealed to its addressee, everything that is not known to have been received.
2. Whoever gets it chooses "Read stick". Where it passes an office with a line, they choose "Carry unopened".
3. The acknowledgements come back on the same stick. Until then nothing is deleted here: if the stick is lost, another one is prepared.</translation>
    </message>
    <message>
        <source>Acuse</source>
        <translation>Acknowledged</translation>
    </message>
    <message>
        <source>Avance de la memoria</source>
        <translation>Progress of the stick</translation>
    </message>
    <message>
        <source>Cancelar</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>Cartas</source>
        <translation>Letters</translation>
    </message>
    <message>
        <source>Con conexión: entrega lo de otros y pone en la memoria lo que les espera</source>
        <translation>With a line: delivers what is others' and puts on the stick what waits for them</translation>
    </message>
    <message>
        <source>Conecte una memoria USB o elija una carpeta.</source>
        <translation>Plug in a USB stick or choose a folder.</translation>
    </message>
    <message>
        <source>Elegir carpeta…</source>
        <translation>Choose folder…</translation>
    </message>
    <message>
        <source>Elegir la memoria o una carpeta</source>
        <translation>Choose the stick or a folder</translation>
    </message>
    <message>
        <source>Espera a que termine la sincronización…</source>
        <translation>Waiting for the synchronisation to end…</translation>
    </message>
    <message>
        <source>Leer memoria</source>
        <translation>Read stick</translation>
    </message>
    <message>
        <source>Llevar sin abrir</source>
        <translation>Carry unopened</translation>
    </message>
    <message>
        <source>Memoria</source>
        <translation>Stick</translation>
    </message>
    <message>
        <source>Memoria USB</source>
        <translation>USB stick</translation>
    </message>
    <message>
        <source>Memorias preparadas</source>
        <translation>Prepared sticks</translation>
    </message>
    <message>
        <source>Nada se perdió; al repetirlo continúa donde quedó.</source>
        <translation>Nothing is lost; repeated, it goes on where it stopped.</translation>
    </message>
    <message>
        <source>No retire la memoria…</source>
        <translation>Do not pull the stick out…</translation>
    </message>
    <message>
        <source>Para</source>
        <translation>To</translation>
    </message>
    <message>
        <source>Para llevar y traer documentos donde no hay conexión</source>
        <translation>To carry documents where there is no line</translation>
    </message>
    <message>
        <source>Pone en la memoria lo que todavía no tiene acuse</source>
        <translation>Puts on the stick what is not acknowledged yet</translation>
    </message>
    <message>
        <source>Preparada</source>
        <translation>Prepared</translation>
    </message>
    <message>
        <source>Preparar memoria</source>
        <translation>Prepare stick</translation>
    </message>
    <message>
        <source>Se detuvo.</source>
        <translation>It was stopped.</translation>
    </message>
    <message>
        <source>Sobre</source>
        <translation>Pouch</translation>
    </message>
    <message>
        <source>Terminando lo que se está copiando…</source>
        <translation>Finishing what is being copied…</translation>
    </message>
    <message>
        <source>Todas las unidades</source>
        <translation>All units</translation>
    </message>
    <message>
        <source>Todavía no se preparó ninguna memoria en este equipo.</source>
        <translation>No stick was prepared on this computer yet.</translation>
    </message>
    <message>
        <source>Trae de la memoria lo que es para esta unidad</source>
        <translation>Brings in from the stick what is for this unit</translation>
    </message>
    <message>
        <source>Y {n} más.</source>
        <translation>And {n} more.</translation>
    </message>
    <message>
        <source>Ya puede retirar la memoria, con «Expulsar» si el sistema lo ofrece.</source>
        <translation>You may pull the stick out now, with "Eject" where the system offers it.</translation>
    </message>
    <message>
        <source>solo acuses</source>
        <translation>acknowledgements only</translation>
    </message>
    <message>
        <source>{done} de {total}. No retire la memoria.</source>
        <translation>{done} of {total}. Do not pull the stick out.</translation>
    </message>
    <message>
        <source>{name}, protegida ({path})</source>
        <translation>{name}, protected ({path})</translation>
    </message>
    <message>
        <source>{name}, {free} libres ({path})</source>
        <translation>{name}, {free} free ({path})</translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message>
        <source>En pausa.</source>
        <translation>Paused.</translation>
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
</context>
<context>
    <name>AnewCard</name>
    <message>
        <source>Pedir por la memoria</source>
        <translation>Ask by stick</translation>
    </message>
    <message>
        <source>Pedir por la conexión</source>
        <translation>Ask by line</translation>
    </message>
    <message>
        <source>Dejarla en otra memoria</source>
        <translation>Leave it on another stick</translation>
    </message>
    <message>
        <source>Pedir una admisión nueva para este equipo</source>
        <translation>Ask for a new admission for this PC</translation>
    </message>
    <message>
        <source>Cada funcionario de este equipo firma con su token una llave nueva: tenga a mano los tokens y sus PIN. Los borradores se quedan. Lo que nunca salió se guarda aparte y se muestra, para hacerlo otra vez.
La solicitud va en la memoria o por la conexión. Hasta que la entidad la acepte, aquí se lee y se redacta.</source>
        <translation>Each official of this PC signs for a new key by token: have the tokens and their PINs at hand. Drafts stay. What never left is kept apart and shown, to be done again.
The request goes on the stick or by the line. Until the entity accepts it, here one reads and drafts.</translation>
    </message>
    <message>
        <source>La admisión nueva está pedida</source>
        <translation>The new admission has been asked for</translation>
    </message>
    <message>
        <source>La solicitud va en la memoria. Cuando vuelva con la respuesta, elija «Leer memoria». Si la memoria se perdió, deje la misma solicitud en otra; no se pide ningún token.</source>
        <translation>The request is on the stick. When it comes back with the answer, choose "Read stick". If the stick was lost, leave the same request on another one; no token is asked for.</translation>
    </message>
    <message>
        <source>La solicitud está en el intercambio. Cuando la entidad la haya aceptado, sincronice.</source>
        <translation>The request lies in the exchange. Synchronise once the entity has accepted it.</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Avisos</source>
        <translation>Notices</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Anterior</source>
        <translation>Previous</translation>
    </message>
    <message>
        <source>Buscar en el documento</source>
        <translation>Find in the document</translation>
    </message>
    <message>
        <source>Cerrar la búsqueda</source>
        <translation>Close the search</translation>
    </message>
    <message>
        <source>El texto de este archivo no se puede leer</source>
        <translation>The text of this file cannot be read</translation>
    </message>
    <message>
        <source>Leyendo el documento…</source>
        <translation>Reading the document…</translation>
    </message>
    <message>
        <source>No está en este documento</source>
        <translation>Not in this document</translation>
    </message>
    <message>
        <source>Siguiente</source>
        <translation>Next</translation>
    </message>
    <message>
        <source>{n} de {all}, página {page}</source>
        <translation>{n} of {all}, page {page}</translation>
    </message>
    <message>
        <source>{told}; se sigue leyendo</source>
        <translation>{told}; still reading</translation>
    </message>
</context>
<context>
    <name>PageStrip</name>
    <message>
        <source>Páginas</source>
        <translation>Pages</translation>
    </message>
</context>
<context>
    <name>Printing</name>
    <message>
        <source>Imprimir</source>
        <translation>Print</translation>
    </message>
</context>
<context>
    <name>_Pages</name>
    <message>
        <source>Página {page}</source>
        <translation>Page {page}</translation>
    </message>
</context>
<context>
    <name>ComparePane</name>
    <message>
        <source>1 página</source>
        <translation>1 page</translation>
    </message>
    <message>
        <source>Anterior</source>
        <translation>Previous</translation>
    </message>
    <message>
        <source>Comparando las páginas</source>
        <translation>Comparing the pages</translation>
    </message>
    <message>
        <source>Comparando {pages}…</source>
        <translation>Comparing {pages}…</translation>
    </message>
    <message>
        <source>Diferencia {n} de {all}, página {page}.</source>
        <translation>Difference {n} of {all}, page {page}.</translation>
    </message>
    <message>
        <source>Esta página no estaba.</source>
        <translation>This page was not there.</translation>
    </message>
    <message>
        <source>Lo que se firmó</source>
        <translation>What was signed</translation>
    </message>
    <message>
        <source>Lo que se ve ahora</source>
        <translation>What is seen now</translation>
    </message>
    <message>
        <source>Nada de lo que se ve cambió: solo se agregó lo que no se ve (firmas, sellos de tiempo o datos de validación).</source>
        <translation>Nothing that is seen has changed: only what is not seen was added (signatures, timestamps or validation data).</translation>
    </message>
    <message>
        <source>No se pudieron comparar las páginas.</source>
        <translation>The pages could not be compared.</translation>
    </message>
    <message>
        <source>Qué cambió después de la firma de {name}</source>
        <translation>What changed after {name} signed</translation>
    </message>
    <message>
        <source>Se firmaron {before}; ahora tiene {after}.</source>
        <translation>{before} were signed; now it has {after}.</translation>
    </message>
    <message>
        <source>Se sigue comparando.</source>
        <translation>Still comparing.</translation>
    </message>
    <message>
        <source>Siguiente</source>
        <translation>Next</translation>
    </message>
    <message>
        <source>Volver al resultado</source>
        <translation>Back to the result</translation>
    </message>
    <message>
        <source>{n} páginas</source>
        <translation>{n} pages</translation>
    </message>
</context>
<context>
    <name>HelpPane</name>
    <message>
        <source>Atrás</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>Ayuda</source>
        <translation>Help</translation>
    </message>
    <message>
        <source>Cerrar</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Texto de la ayuda</source>
        <translation>Text of the help</translation>
    </message>
    <message>
        <source>es</source>
        <translation>en</translation>
    </message>
    <message>
        <source>Índice</source>
        <translation>Index</translation>
    </message>
</context>
<context>
    <name>Archive</name>
    <message>
        <source>1 archivo</source>
        <translation>1 file</translation>
    </message>
    <message>
        <source>1 expediente</source>
        <translation>1 dossier</translation>
    </message>
    <message>
        <source>El archivo lo conserva. Lo depositado no se borra.</source>
        <translation>The archive keeps it. What was deposited is not deleted.</translation>
    </message>
    <message>
        <source>El archivo no lo aceptó. Los documentos siguen aquí, enteros.</source>
        <translation>The archive did not take it. The documents are still here, whole.</translation>
    </message>
    <message>
        <source>Está en el intercambio. El archivo todavía no contestó.</source>
        <translation>It is in the exchange. The archive has not answered yet.</translation>
    </message>
    <message>
        <source>Lo que hay como respuesta no es un acuse del archivo. No lo tome por aceptado.</source>
        <translation>What lies here as an answer is no receipt of the archive. Do not take it as accepted.</translation>
    </message>
    <message>
        <source>No se sabe hasta cuándo vale su evidencia. Conviene renovarla.</source>
        <translation>It is not known until when its evidence holds. It is well to renew it.</translation>
    </message>
    <message>
        <source>No tiene sello de tiempo, y su certificado terminó el {day}.</source>
        <translation>It has no timestamp, and its certificate ended on {day}.</translation>
    </message>
    <message>
        <source>No tiene sello de tiempo: lo sostiene su certificado hasta el {day}.</source>
        <translation>It has no timestamp: its certificate holds it until {day}.</translation>
    </message>
    <message>
        <source>Su sello de tiempo vale hasta el {day}, por su algoritmo.</source>
        <translation>Its timestamp holds until {day}, by its algorithm.</translation>
    </message>
    <message>
        <source>Su sello de tiempo vale hasta el {day}, por su certificado.</source>
        <translation>Its timestamp holds until {day}, by its certificate.</translation>
    </message>
    <message>
        <source>Su sello de tiempo valía hasta el {day}, por su algoritmo.</source>
        <translation>Its timestamp held until {day}, by its algorithm.</translation>
    </message>
    <message>
        <source>Su sello de tiempo valía hasta el {day}, por su certificado.</source>
        <translation>Its timestamp held until {day}, by its certificate.</translation>
    </message>
    <message>
        <source>Todavía está en este equipo. Se entregará solo con la próxima conexión.</source>
        <translation>It is still on this computer. It will be delivered by itself at the next connection.</translation>
    </message>
    <message>
        <source>aceptado</source>
        <translation>accepted</translation>
    </message>
    <message>
        <source>apertura del cifrado</source>
        <translation>decryption</translation>
    </message>
    <message>
        <source>comprobación</source>
        <translation>validation</translation>
    </message>
    <message>
        <source>comprobación de sumas</source>
        <translation>check of sums</translation>
    </message>
    <message>
        <source>confidencial</source>
        <translation>confidential</translation>
    </message>
    <message>
        <source>cálculo de sumas</source>
        <translation>calculation of sums</translation>
    </message>
    <message>
        <source>en cola</source>
        <translation>queued</translation>
    </message>
    <message>
        <source>entregado</source>
        <translation>delivered</translation>
    </message>
    <message>
        <source>identificación del formato</source>
        <translation>identification of the format</translation>
    </message>
    <message>
        <source>ingreso</source>
        <translation>ingestion</translation>
    </message>
    <message>
        <source>interna</source>
        <translation>internal</translation>
    </message>
    <message>
        <source>modificación</source>
        <translation>modification</translation>
    </message>
    <message>
        <source>pública</source>
        <translation>public</translation>
    </message>
    <message>
        <source>rechazado</source>
        <translation>refused</translation>
    </message>
    <message>
        <source>reservada</source>
        <translation>reserved</translation>
    </message>
    <message>
        <source>respuesta sin comprobar</source>
        <translation>answer not proved</translation>
    </message>
    <message>
        <source>restringida</source>
        <translation>restricted</translation>
    </message>
    <message>
        <source>secreta</source>
        <translation>secret</translation>
    </message>
    <message>
        <source>sin clasificar</source>
        <translation>not classified</translation>
    </message>
    <message>
        <source>transferencia</source>
        <translation>transfer</translation>
    </message>
    <message>
        <source>verificación de firmas</source>
        <translation>verification of signatures</translation>
    </message>
    <message>
        <source>{n} archivos</source>
        <translation>{n} files</translation>
    </message>
    <message>
        <source>{n} expedientes</source>
        <translation>{n} dossiers</translation>
    </message>
</context>
<context>
    <name>ArchivePane</name>
    <message>
        <source>Almacén</source>
        <translation>Store</translation>
    </message>
    <message>
        <source>Archivo central</source>
        <translation>Central archive</translation>
    </message>
    <message>
        <source>Catálogo</source>
        <translation>Catalogue</translation>
    </message>
    <message>
        <source>Depósitos</source>
        <translation>Deposits</translation>
    </message>
    <message>
        <source>Depósitos de la unidad</source>
        <translation>The unit&apos;s deposits</translation>
    </message>
    <message>
        <source>Integridad</source>
        <translation>Integrity</translation>
    </message>
    <message>
        <source>Por recibir</source>
        <translation>To be received</translation>
    </message>
    <message>
        <source>Renovación</source>
        <translation>Renewal</translation>
    </message>
</context>
<context>
    <name>CatalogueSection</name>
    <message>
        <source>Acceso</source>
        <translation>Access</translation>
    </message>
    <message>
        <source>Acta de transferencia</source>
        <translation>Acta of transfer</translation>
    </message>
    <message>
        <source>Buscar</source>
        <translation>Search</translation>
    </message>
    <message>
        <source>Buscar en el catálogo</source>
        <translation>Search the catalogue</translation>
    </message>
    <message>
        <source>CITE</source>
        <translation>CITE</translation>
    </message>
    <message>
        <source>Catálogo</source>
        <translation>Catalogue</translation>
    </message>
    <message>
        <source>Copiando…</source>
        <translation>Copying…</translation>
    </message>
    <message>
        <source>Documentos, anexos y reporte de verificación, en una carpeta nueva</source>
        <translation>Documents, enclosures and report of verification, in a new folder</translation>
    </message>
    <message>
        <source>El archivo no está a la mano: esto es lo último que se supo de él.</source>
        <translation>The archive is not at hand: this is what was last known of it.</translation>
    </message>
    <message>
        <source>El archivo todavía no guarda expedientes</source>
        <translation>The archive keeps no dossiers yet</translation>
    </message>
    <message>
        <source>El borrador está hecho. Revíselo y envíelo a firma.</source>
        <translation>The draft is made. Look through it and send it for signature.</translation>
    </message>
    <message>
        <source>Elegir dónde dejar la copia</source>
        <translation>Choose where the copy goes</translation>
    </message>
    <message>
        <source>Empiece por LEEME.txt.</source>
        <translation>Begin with LEEME.txt.</translation>
    </message>
    <message>
        <source>En el directorio nadie sirve hoy en ella. Pida que lo corrijan.</source>
        <translation>By the directory nobody serves in it today. Ask for it to be corrected.</translation>
    </message>
    <message>
        <source>Exportar BagIt</source>
        <translation>Export as BagIt</translation>
    </message>
    <message>
        <source>Exportar para leer</source>
        <translation>Export for a reader</translation>
    </message>
    <message>
        <source>Fechas</source>
        <translation>Dates</translation>
    </message>
    <message>
        <source>Fojas</source>
        <translation>Folios</translation>
    </message>
    <message>
        <source>Inventario</source>
        <translation>Inventory</translation>
    </message>
    <message>
        <source>La copia está en «{folder}».</source>
        <translation>The copy is in “{folder}”.</translation>
    </message>
    <message>
        <source>Leyendo…</source>
        <translation>Reading…</translation>
    </message>
    <message>
        <source>Lo que acepte en «Por recibir» aparecerá aquí.</source>
        <translation>What you accept in “To be received” will appear here.</translation>
    </message>
    <message>
        <source>Nadie puede entregar por esa unidad.</source>
        <translation>Nobody can hand over for that unit.</translation>
    </message>
    <message>
        <source>Ningún expediente responde a eso</source>
        <translation>No dossier answers to that</translation>
    </message>
    <message>
        <source>Palabras, CITE, de:persona, desde:día, hasta:día · Ctrl+F</source>
        <translation>Words, CITE, de:person, desde:day, hasta:day · Ctrl+F</translation>
    </message>
    <message>
        <source>Pruebe con menos palabras, o con todas las series.</source>
        <translation>Try fewer words, or all series.</translation>
    </message>
    <message>
        <source>Serie</source>
        <translation>Series</translation>
    </message>
    <message>
        <source>Sin serie</source>
        <translation>No series</translation>
    </message>
    <message>
        <source>Todas las series</source>
        <translation>All series</translation>
    </message>
    <message>
        <source>Todas las versiones, para otro archivo, en una carpeta nueva</source>
        <translation>Every version, for another archive, in a new folder</translation>
    </message>
    <message>
        <source>Título</source>
        <translation>Title</translation>
    </message>
    <message>
        <source>Un documento con los expedientes elegidos, o con todos, para firmarlo</source>
        <translation>A document with the dossiers chosen, or with all, to be signed</translation>
    </message>
    <message>
        <source>Un documento por el que la unidad entrega los expedientes elegidos</source>
        <translation>A document by which the unit hands over the dossiers chosen</translation>
    </message>
    <message>
        <source>expedientes</source>
        <translation>dossiers</translation>
    </message>
    <message>
        <source>¿Quién entrega por la unidad?</source>
        <translation>Who hands over for the unit?</translation>
    </message>
</context>
<context>
    <name>DepositsSection</name>
    <message>
        <source>1 depósito</source>
        <translation>1 deposit</translation>
    </message>
    <message>
        <source>1 necesita atención</source>
        <translation>1 needs attention</translation>
    </message>
    <message>
        <source>Acuse comprobado al llegar</source>
        <translation>Receipt verified when it came</translation>
    </message>
    <message>
        <source>Acuse del archivo</source>
        <translation>Receipt of the archive</translation>
    </message>
    <message>
        <source>CITE</source>
        <translation>CITE</translation>
    </message>
    <message>
        <source>Depositado</source>
        <translation>Deposited</translation>
    </message>
    <message>
        <source>Depositar de nuevo</source>
        <translation>Deposit anew</translation>
    </message>
    <message>
        <source>Depósitos de la unidad</source>
        <translation>The unit&apos;s deposits</translation>
    </message>
    <message>
        <source>Documentos</source>
        <translation>Documents</translation>
    </message>
    <message>
        <source>En la bandeja Archivo, abra un documento concluido y elija «Depositar».</source>
        <translation>In the tray Archive, open a concluded document and choose “Deposit”.</translation>
    </message>
    <message>
        <source>En lugar del depósito</source>
        <translation>Instead of the deposit</translation>
    </message>
    <message>
        <source>Entrega otra vez lo mismo: sirve cuando se dañó en el camino</source>
        <translation>Hands in the same again: for what was damaged on its way</translation>
    </message>
    <message>
        <source>Entregado otra vez al archivo. El acuse llegará solo.</source>
        <translation>Handed to the archive again. The receipt will come by itself.</translation>
    </message>
    <message>
        <source>Esta unidad todavía no depositó nada</source>
        <translation>This unit has not deposited anything yet</translation>
    </message>
    <message>
        <source>Estado</source>
        <translation>State</translation>
    </message>
    <message>
        <source>Está de nuevo en Pendientes. Corríjalo, archívelo y deposítelo otra vez.</source>
        <translation>It is in Pending again. Mend it, file it and deposit it again.</translation>
    </message>
    <message>
        <source>Expediente en el archivo</source>
        <translation>Dossier in the archive</translation>
    </message>
    <message>
        <source>Fecha (hora del custodio)</source>
        <translation>Date (the custodian&apos;s clock)</translation>
    </message>
    <message>
        <source>Firma del acuse comprobada ahora</source>
        <translation>Signature of the receipt verified now</translation>
    </message>
    <message>
        <source>Lo saca del archivo y lo devuelve a Pendientes, para corregirlo</source>
        <translation>Takes it out of the archive and back to Pending, to be mended</translation>
    </message>
    <message>
        <source>Motivo: {code}</source>
        <translation>Reason: {code}</translation>
    </message>
    <message>
        <source>Número del depósito</source>
        <translation>Number of the deposit</translation>
    </message>
    <message>
        <source>Recibido por</source>
        <translation>Received by</translation>
    </message>
    <message>
        <source>Retomar y corregir</source>
        <translation>Take back and mend</translation>
    </message>
    <message>
        <source>SHA-512 del inventario</source>
        <translation>SHA-512 of the inventory</translation>
    </message>
    <message>
        <source>Serie</source>
        <translation>Series</translation>
    </message>
    <message>
        <source>Título</source>
        <translation>Title</translation>
    </message>
    <message>
        <source>Ver el documento</source>
        <translation>See the document</translation>
    </message>
    <message>
        <source>{n} depósitos</source>
        <translation>{n} deposits</translation>
    </message>
    <message>
        <source>{n} necesitan atención</source>
        <translation>{n} need attention</translation>
    </message>
</context>
<context>
    <name>Dossier</name>
    <message>
        <source>1 foja</source>
        <translation>1 folio</translation>
    </message>
    <message>
        <source>Acceso</source>
        <translation>Access</translation>
    </message>
    <message>
        <source>Carpeta en el archivo</source>
        <translation>Folder in the archive</translation>
    </message>
    <message>
        <source>Contenido</source>
        <translation>Contents</translation>
    </message>
    <message>
        <source>Documentos</source>
        <translation>Documents</translation>
    </message>
    <message>
        <source>El archivo no está a la mano. Conéctelo para ver documentos y eventos.</source>
        <translation>The archive is not at hand. Connect it to see documents and events.</translation>
    </message>
    <message>
        <source>Hoja de ruta</source>
        <translation>Hoja de ruta</translation>
    </message>
    <message>
        <source>Identificador</source>
        <translation>Identifier</translation>
    </message>
    <message>
        <source>Qué se hizo con él</source>
        <translation>What was done with it</translation>
    </message>
    <message>
        <source>Restringido: {reason}</source>
        <translation>Restricted: {reason}</translation>
    </message>
    <message>
        <source>Unidad</source>
        <translation>Unit</translation>
    </message>
    <message>
        <source>Versiones</source>
        <translation>Versions</translation>
    </message>
    <message>
        <source>{n} fojas</source>
        <translation>{n} folios</translation>
    </message>
</context>
<context>
    <name>FixitySection</name>
    <message>
        <source>1 cosa no está como estaba</source>
        <translation>1 thing is not as it was</translation>
    </message>
    <message>
        <source>1 nunca leído</source>
        <translation>1 never read</translation>
    </message>
    <message>
        <source>Abrir reporte</source>
        <translation>Open report</translation>
    </message>
    <message>
        <source>Cada uno está abajo, con lo que se puede hacer.</source>
        <translation>Each is below, with what can be done.</translation>
    </message>
    <message>
        <source>Con daño</source>
        <translation>Damaged</translation>
    </message>
    <message>
        <source>El archivo está íntegro.</source>
        <translation>The archive is whole.</translation>
    </message>
    <message>
        <source>El archivo todavía no guarda expedientes.</source>
        <translation>The archive keeps no dossiers yet.</translation>
    </message>
    <message>
        <source>El reporte está en «{name}».</source>
        <translation>The report is in “{name}”.</translation>
    </message>
    <message>
        <source>En pausa.</source>
        <translation>Paused.</translation>
    </message>
    <message>
        <source>Escribiendo el reporte…</source>
        <translation>Writing the report…</translation>
    </message>
    <message>
        <source>Expedientes</source>
        <translation>Dossiers</translation>
    </message>
    <message>
        <source>Guardar el reporte</source>
        <translation>Save the report</translation>
    </message>
    <message>
        <source>Hay expedientes que no están como se guardaron.</source>
        <translation>There are dossiers that are not as they were kept.</translation>
    </message>
    <message>
        <source>Integridad</source>
        <translation>Integrity</translation>
    </message>
    <message>
        <source>Lee de nuevo cada byte del archivo; puede pausarse y sigue donde quedó</source>
        <translation>Reads every byte of the archive again; it can be paused and goes on where it was</translation>
    </message>
    <message>
        <source>Leyendo el archivo…</source>
        <translation>Reading the archive…</translation>
    </message>
    <message>
        <source>Leyendo…</source>
        <translation>Reading…</translation>
    </message>
    <message>
        <source>Lo leído queda anotado. «Seguir verificando» continúa donde quedó.</source>
        <translation>What was read is noted. “Go on verifying” goes on where it was.</translation>
    </message>
    <message>
        <source>Más antigua</source>
        <translation>Oldest</translation>
    </message>
    <message>
        <source>No hay nada que verificar</source>
        <translation>There is nothing to verify</translation>
    </message>
    <message>
        <source>Nunca</source>
        <translation>Never</translation>
    </message>
    <message>
        <source>Pausar</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Se puede reponer desde el mismo archivo.</source>
        <translation>It can be put back from the archive itself.</translation>
    </message>
    <message>
        <source>Seguir verificando</source>
        <translation>Go on verifying</translation>
    </message>
    <message>
        <source>Serie</source>
        <translation>Series</translation>
    </message>
    <message>
        <source>Sin serie</source>
        <translation>No series</translation>
    </message>
    <message>
        <source>Todo lo leído está como se guardó.</source>
        <translation>All that was read is as it was kept.</translation>
    </message>
    <message>
        <source>Verificar ahora</source>
        <translation>Verify now</translation>
    </message>
    <message>
        <source>Y {n} más: están en el reporte.</source>
        <translation>And {n} more: they are in the report.</translation>
    </message>
    <message>
        <source>hay una lectura en pausa desde {since}</source>
        <translation>a reading is paused since {since}</translation>
    </message>
    <message>
        <source>integridad</source>
        <translation>integrity</translation>
    </message>
    <message>
        <source>nunca</source>
        <translation>never</translation>
    </message>
    <message>
        <source>{n} cosas no están como estaban</source>
        <translation>{n} things are not as they were</translation>
    </message>
    <message>
        <source>{n} nunca leídos</source>
        <translation>{n} never read</translation>
    </message>
    <message>
        <source>Última</source>
        <translation>Last</translation>
    </message>
</context>
<context>
    <name>RenewalSection</name>
    <message>
        <source>1 no gana nada: el servicio no da hoy un sello que valga más.</source>
        <translation>1 gains nothing: the service gives no timestamp today that holds longer.</translation>
    </message>
    <message>
        <source>1 vencido o sin fecha</source>
        <translation>1 past its end or without a date</translation>
    </message>
    <message>
        <source>CITE</source>
        <translation>CITE</translation>
    </message>
    <message>
        <source>Cubierto ahora: {dossiers}.</source>
        <translation>Covered now: {dossiers}.</translation>
    </message>
    <message>
        <source>Cubrir todo con un árbol</source>
        <translation>Cover all with a tree</translation>
    </message>
    <message>
        <source>El archivo no guarda todavía documentos firmados.</source>
        <translation>The archive keeps no signed documents yet.</translation>
    </message>
    <message>
        <source>El árbol quedó sin sello de tiempo de tercero: prueba el orden, no la fecha.</source>
        <translation>The tree is without a third party&apos;s timestamp: it proves the order, not the date.</translation>
    </message>
    <message>
        <source>Expediente</source>
        <translation>Dossier</translation>
    </message>
    <message>
        <source>Haciendo el árbol…</source>
        <translation>Making the tree…</translation>
    </message>
    <message>
        <source>Leyendo…</source>
        <translation>Reading…</translation>
    </message>
    <message>
        <source>Nivel</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>No hay nada que renovar</source>
        <translation>There is nothing to renew</translation>
    </message>
    <message>
        <source>Otro custodio los estaba escribiendo: {n}.</source>
        <translation>Another custodian was writing them: {n}.</translation>
    </message>
    <message>
        <source>Pidiendo sellos de tiempo…</source>
        <translation>Asking for timestamps…</translation>
    </message>
    <message>
        <source>Pruebas sobre muchos expedientes</source>
        <translation>Proofs over many dossiers</translation>
    </message>
    <message>
        <source>Renovación</source>
        <translation>Renewal</translation>
    </message>
    <message>
        <source>Renovado: {dossiers}.</source>
        <translation>Renewed: {dossiers}.</translation>
    </message>
    <message>
        <source>Renovar</source>
        <translation>Renew</translation>
    </message>
    <message>
        <source>Se detuvo; lo que falta sigue en la lista.</source>
        <translation>It was stopped; what is left is still in the list.</translation>
    </message>
    <message>
        <source>Sellado</source>
        <translation>Stamped</translation>
    </message>
    <message>
        <source>Título</source>
        <translation>Title</translation>
    </message>
    <message>
        <source>Un sello de tiempo nuevo para los expedientes elegidos</source>
        <translation>A new timestamp for the dossiers chosen</translation>
    </message>
    <message>
        <source>Una sola prueba para todos los expedientes que ninguna cubre</source>
        <translation>One proof for all dossiers that none covers</translation>
    </message>
    <message>
        <source>Vale hasta</source>
        <translation>Holds until</translation>
    </message>
    <message>
        <source>nadie da sellos de tiempo aquí</source>
        <translation>nobody gives timestamps here</translation>
    </message>
    <message>
        <source>no se pudo juzgar</source>
        <translation>it could not be judged</translation>
    </message>
    <message>
        <source>no se sabe</source>
        <translation>not known</translation>
    </message>
    <message>
        <source>sellada, vale hasta el {day}</source>
        <translation>stamped, holds until {day}</translation>
    </message>
    <message>
        <source>sin sello</source>
        <translation>without timestamp</translation>
    </message>
    <message>
        <source>sin sello de tiempo de tercero</source>
        <translation>without a third party&apos;s timestamp</translation>
    </message>
    <message>
        <source>{n} no ganan nada: el servicio no da hoy un sello que valga más.</source>
        <translation>{n} gain nothing: the service gives no timestamp today that holds longer.</translation>
    </message>
    <message>
        <source>{n} vencidos o sin fecha</source>
        <translation>{n} past their end or without a date</translation>
    </message>
</context>
<context>
    <name>Section</name>
    <message>
        <source>Actualizar</source>
        <translation>Refresh</translation>
    </message>
    <message>
        <source>Avance</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>Detalle</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Detener</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>Nada se perdió. Pruebe otra vez con «Actualizar».</source>
        <translation>Nothing was lost. Try again with “Refresh”.</translation>
    </message>
    <message>
        <source>Nada se perdió; al repetirlo continúa donde quedó.</source>
        <translation>Nothing was lost; when it is repeated it goes on where it was.</translation>
    </message>
    <message>
        <source>No se pudo leer</source>
        <translation>It could not be read</translation>
    </message>
    <message>
        <source>Se detuvo.</source>
        <translation>It was stopped.</translation>
    </message>
    <message>
        <source>Terminando lo que se está haciendo…</source>
        <translation>Finishing what is being done…</translation>
    </message>
    <message>
        <source>Y {n} más.</source>
        <translation>And {n} more.</translation>
    </message>
    <message>
        <source>{done} de {total}</source>
        <translation>{done} of {total}</translation>
    </message>
</context>
<context>
    <name>StoreSection</name>
    <message>
        <source>Almacén</source>
        <translation>Store</translation>
    </message>
    <message>
        <source>Copiando…</source>
        <translation>Copying…</translation>
    </message>
    <message>
        <source>Dónde</source>
        <translation>Where</translation>
    </message>
    <message>
        <source>El almacén no se probó en esta sesión</source>
        <translation>The store was not tried in this session</translation>
    </message>
    <message>
        <source>El almacén no sirve para el archivo.</source>
        <translation>The store does not serve for the archive.</translation>
    </message>
    <message>
        <source>El almacén sirve para el archivo.</source>
        <translation>The store serves for the archive.</translation>
    </message>
    <message>
        <source>Elegir el disco o la carpeta de la segunda copia</source>
        <translation>Choose the disk or folder of the second copy</translation>
    </message>
    <message>
        <source>Escribe, pisa y daña archivos de prueba; nada de lo guardado se toca</source>
        <translation>Writes, overwrites and damages files of its own; nothing that is kept is touched</translation>
    </message>
    <message>
        <source>Hacer la segunda copia…</source>
        <translation>Make the second copy…</translation>
    </message>
    <message>
        <source>La segunda copia está al día: {dossiers}.</source>
        <translation>The second copy is up to date: {dossiers}.</translation>
    </message>
    <message>
        <source>No se copió por estar dañado: {n}.</source>
        <translation>Not copied because it is damaged: {n}.</translation>
    </message>
    <message>
        <source>Probando…</source>
        <translation>Trying…</translation>
    </message>
    <message>
        <source>Probar el almacén</source>
        <translation>Try the store</translation>
    </message>
    <message>
        <source>Qué se probó</source>
        <translation>What was tried</translation>
    </message>
    <message>
        <source>Resultado</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>Todavía no hay una segunda copia: si este disco se pierde, se pierde todo.</source>
        <translation>There is no second copy yet: if this disk is lost, all is lost.</translation>
    </message>
    <message>
        <source>aviso</source>
        <translation>notice</translation>
    </message>
    <message>
        <source>bien</source>
        <translation>well</translation>
    </message>
    <message>
        <source>falla</source>
        <translation>fails</translation>
    </message>
    <message>
        <source>«Probar el almacén» dice qué hace de verdad el disco o el servicio en que está el archivo.</source>
        <translation>“Try the store” tells what the disk or service in which the archive lies really does.</translation>
    </message>
    <message>
        <source>Última copia: {when}, {dossiers}, en {where}.</source>
        <translation>Last copy: {when}, {dossiers}, in {where}.</translation>
    </message>
</context>
<context>
    <name>WaitingSection</name>
    <message>
        <source>1 documento</source>
        <translation>1 document</translation>
    </message>
    <message>
        <source>Aceptado</source>
        <translation>Accepted</translation>
    </message>
    <message>
        <source>Aceptar este</source>
        <translation>Accept this one</translation>
    </message>
    <message>
        <source>Aceptar todos</source>
        <translation>Accept all</translation>
    </message>
    <message>
        <source>CITE</source>
        <translation>CITE</translation>
    </message>
    <message>
        <source>Carpeta</source>
        <translation>Folder</translation>
    </message>
    <message>
        <source>Comprobando lo que llegó…</source>
        <translation>Checking what came…</translation>
    </message>
    <message>
        <source>Comprueba firmas, archivos y actos; lo que no está bien se rechaza con su motivo</source>
        <translation>Checks signatures, files and acts; what is not right is refused with its reason</translation>
    </message>
    <message>
        <source>Contenido</source>
        <translation>Contents</translation>
    </message>
    <message>
        <source>De</source>
        <translation>From</translation>
    </message>
    <message>
        <source>Depositado</source>
        <translation>Deposited</translation>
    </message>
    <message>
        <source>Depósito {id}</source>
        <translation>Deposit {id}</translation>
    </message>
    <message>
        <source>Depósitos por recibir</source>
        <translation>Deposits to be received</translation>
    </message>
    <message>
        <source>Espera 1 depósito</source>
        <translation>1 deposit waits</translation>
    </message>
    <message>
        <source>Esperan {n} depósitos</source>
        <translation>{n} deposits wait</translation>
    </message>
    <message>
        <source>Estado</source>
        <translation>State</translation>
    </message>
    <message>
        <source>Expediente en el archivo</source>
        <translation>Dossier in the archive</translation>
    </message>
    <message>
        <source>La unidad recibirá el acuse firmado con su próxima conexión.</source>
        <translation>The unit will get the signed receipt at its next connection.</translation>
    </message>
    <message>
        <source>Leyendo…</source>
        <translation>Reading…</translation>
    </message>
    <message>
        <source>Lo que las unidades depositen aparecerá aquí.</source>
        <translation>What the units deposit will appear here.</translation>
    </message>
    <message>
        <source>No hay depósitos por recibir</source>
        <translation>No deposits to be received</translation>
    </message>
    <message>
        <source>No queda ninguno por recibir</source>
        <translation>None is left to be received</translation>
    </message>
    <message>
        <source>No se aceptó ninguno.</source>
        <translation>None was accepted.</translation>
    </message>
    <message>
        <source>No se puede leer</source>
        <translation>It cannot be read</translation>
    </message>
    <message>
        <source>Número del depósito</source>
        <translation>Number of the deposit</translation>
    </message>
    <message>
        <source>Rechazado</source>
        <translation>Refused</translation>
    </message>
    <message>
        <source>Se aceptó: {dossiers}.</source>
        <translation>Accepted: {dossiers}.</translation>
    </message>
    <message>
        <source>Se detuvo antes de 1 depósito.</source>
        <translation>Stopped before 1 deposit.</translation>
    </message>
    <message>
        <source>Se detuvo antes de {n} depósitos.</source>
        <translation>Stopped before {n} deposits.</translation>
    </message>
    <message>
        <source>Serie</source>
        <translation>Series</translation>
    </message>
    <message>
        <source>Sigue esperando</source>
        <translation>Still waits</translation>
    </message>
    <message>
        <source>Título</source>
        <translation>Title</translation>
    </message>
    <message>
        <source>aceptado</source>
        <translation>accepted</translation>
    </message>
    <message>
        <source>no se puede leer</source>
        <translation>cannot be read</translation>
    </message>
    <message>
        <source>por recibir</source>
        <translation>to be received</translation>
    </message>
    <message>
        <source>rechazado</source>
        <translation>refused</translation>
    </message>
    <message>
        <source>sigue esperando</source>
        <translation>still waits</translation>
    </message>
    <message>
        <source>{n} documentos</source>
        <translation>{n} documents</translation>
    </message>
</context>
</TS>
